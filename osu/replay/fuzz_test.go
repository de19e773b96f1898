package replay

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pure-peace/peace/osu"
)

// fileErrors are the errors that a file may cause; any other is a mistake of ours.
var fileErrors = []error{ErrTruncated, ErrTooLarge, ErrRuleset, ErrString, ErrDate, ErrCompression, ErrFrame, ErrInfo, ErrLife}

func known(t *testing.T, err error) {
	t.Helper()
	for _, e := range fileErrors {
		if errors.Is(err, e) {
			return
		}
	}
	t.Errorf("unexpected error: %v", err)
}

func FuzzParse(f *testing.F) {
	for _, version := range versions {
		f.Add(example(f, version).Append(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := Parse(b)
		if err != nil {
			known(t, err)
			return
		}
		reread, err := Parse(r.Append(nil))
		if err != nil {
			t.Fatalf("written again: %v", err)
		}
		if d := cmp.Diff(r, reread, cmpopts.EquateNaNs()); d != "" {
			t.Errorf("written again it differs: %s", d)
		}
		r.Verify()
		if life, err := ParseLife(r.LifeBar); err != nil {
			known(t, err)
		} else if again, err := ParseLife(FormatLife(life)); err != nil || len(again) != len(life) {
			t.Errorf("life bar %q: %v", r.LifeBar, err)
		}
		if info, err := r.Info(); err != nil {
			known(t, err)
		} else if info != nil {
			if err := r.SetInfo(info); err != nil {
				t.Fatal(err)
			}
			reread, err := r.Info()
			if err != nil {
				t.Fatal(err)
			}
			once := r.ScoreData
			if err := r.SetInfo(reread); err != nil || !bytes.Equal(once, r.ScoreData) {
				t.Errorf("lazer's block is written with other bytes the second time, %v", err)
			}
			info.Mods, reread.Mods = nil, nil // settings at their defaults are left out
			if d := cmp.Diff(info, reread); d != "" {
				t.Errorf("lazer's block differs: %s", d)
			}
		}
		checkFrames(t, r.Frames, r.Ruleset)
	})
}

func checkFrames(t *testing.T, d Data, ruleset osu.Ruleset) {
	t.Helper()
	rec, err := d.Recording(ruleset)
	if err != nil {
		known(t, err)
		return
	}
	Played(rec.Frames, EarlyOffset)
	if len(rec.Frames) > 10_000 {
		return // compressing them takes long
	}
	again, err := Compress(&rec)
	if err != nil {
		t.Fatal(err)
	}
	if reread, err := again.Recording(ruleset); err != nil || !cmp.Equal(rec, reread, cmpopts.EquateEmpty()) {
		t.Errorf("the frames differ after writing: %v", err)
	}
}

// FuzzFrames gets the text of a recording, which fuzzing would not find its way to through the compression.
func FuzzFrames(f *testing.F) {
	f.Add([]byte("0|256|-500|0,-1|256|-500|0,31|12.5|-3.25|5,-12345|0|0|77"), uint8(0))
	f.Add([]byte(" 16.5 |1e3|2|3|4,,|||,1|131073|0|1,"), uint8(3))
	f.Fuzz(func(t *testing.T, text []byte, ruleset uint8) {
		data, err := compress(text)
		if err != nil {
			t.Fatal(err)
		}
		if len(text) > 0 {
			r, size, err := decompress(data, MaxText)
			if err != nil || size != int64(len(text)) {
				t.Fatalf("decompressed to %d bytes, %v", size, err)
			}
			var back bytes.Buffer
			if _, err := back.ReadFrom(r); err != nil || !bytes.Equal(back.Bytes(), text) {
				t.Fatalf("decompressed to %q, %v", back.Bytes(), err)
			}
		}
		checkFrames(t, data, osu.Ruleset(ruleset))
	})
}
