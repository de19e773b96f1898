package submission_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/packets"
	"github.com/pure-peace/peace/osu/submission"
)

func TestParseScore(t *testing.T) {
	base := strings.Split(strings.TrimSpace(knownScore), ":")
	with := func(field int, text string) string {
		fields := append([]string(nil), base...)
		fields[field] = text
		return strings.Join(fields, ":")
	}
	for name, tc := range map[string]struct {
		text string
		edit func(*submission.Score)
	}{
		"as it is":          {strings.Join(base, ":"), func(*submission.Score) {}},
		"no supporter":      {with(1, "Peace Tester"), func(s *submission.Score) { s.Supporter = false }},
		"two spaces":        {with(1, "Peace Tester  "), func(s *submission.Score) { s.Player = "Peace Tester " }},
		"several flags":     {with(17, "20250815"+strings.Repeat(" ", 34)), func(s *submission.Score) { s.Flags = submission.FlagSpeed | submission.FlagFlashlightChecksum }},
		"another calendar":  {with(16, "680231000000"), func(s *submission.Score) { s.Time = "680231000000" }},
		"of a later client": {strings.Join(base, ":") + ":more:fields", func(*submission.Score) {}},
		"of an old client":  {strings.Join(base[:16], ":"), func(s *submission.Score) { s.Time, s.Version = "", "" }},
		"all mods":          {with(13, "2147483647"), func(s *submission.Score) { s.Mods = osu.AllMods }},
		"mania":             {with(15, "3"), func(s *submission.Score) { s.Ruleset = osu.Mania }},
	} {
		want := known().Score
		want.Flags = 0
		tc.edit(&want)
		got, err := submission.ParseScore(tc.text)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, d)
		}
	}
	if s, err := submission.ParseScore(with(16, "680231000000")); err == nil {
		if at, ok := s.PlayedAt(); ok {
			t.Errorf("the 31st of February is %v", at)
		}
	}
	for name, text := range map[string]string{
		"nothing":             "",
		"few fields":          strings.Join(base[:15], ":"),
		"binary":              with(1, "\xff"),
		"beatmap":             with(0, strings.ToUpper(base[0])),
		"beatmap with a path": with(0, "../"+base[0][3:]),
		"no player":           with(1, ""),
		"only a supporter":    with(1, " "),
		"a long player":       with(1, strings.Repeat("a", packets.MaxLoginName+1)),
		"checksum":            with(2, "5e9f"),
		"no count":            with(3, ""),
		"a negative count":    with(4, "-1"),
		"a huge count":        with(5, "1000001"),
		"a fraction":          with(6, "1.5"),
		"an overflow":         with(9, "2147483648"),
		"a huge number":       with(9, strings.Repeat("9", 40)),
		"a negative total":    with(9, "-2147483648"),
		"perfect":             with(11, "true"),
		"grade":               with(12, "SS"),
		"mods":                with(13, "2147483648"),
		"passed":              with(14, "1"),
		"ruleset":             with(15, "4"),
		"a long time":         with(16, strings.Repeat("1", 33)),
		"a long version":      with(17, strings.Repeat("1", 65)),
	} {
		if s, err := submission.ParseScore(text); !errors.Is(err, submission.ErrScore) {
			t.Errorf("%s: %+v, error is %v", name, s, err)
		}
	}
}

func TestFlags(t *testing.T) {
	if got := (submission.FlagSpeed | submission.FlagMods | 1<<20).Suspicious().String(); got != "speed,bit_20" {
		t.Errorf("flags are %q", got)
	}
}

func TestCheck(t *testing.T) {
	signed := func(s *submission.Submission) { s.Sign() }
	for name, tc := range map[string]struct {
		edit func(*submission.Submission, *submission.Login)
		want []string // kinds
	}{
		"nothing":         {func(*submission.Submission, *submission.Login) {}, nil},
		"a better score":  {func(s *submission.Submission, _ *submission.Login) { s.Score.Total++ }, []string{submission.DoubtChecksum}},
		"without a miss":  {func(s *submission.Submission, _ *submission.Login) { s.Score.Counts.CountMiss = 0 }, []string{submission.DoubtChecksum}},
		"another build":   {func(_ *submission.Submission, l *submission.Login) { l.Version.Date = 20250816 }, []string{submission.DoubtBuild}},
		"another version": {func(s *submission.Submission, _ *submission.Login) { s.Score.Version = "20250101" }, []string{submission.DoubtBuild}},
		"another machine": {
			func(_ *submission.Submission, l *submission.Login) { l.Hashes.DiskMD5 = "x" },
			[]string{submission.DoubtHashes},
		},
		"no hashes": {
			func(s *submission.Submission, _ *submission.Login) { s.Hashes = ""; signed(s) },
			[]string{submission.DoubtHashes},
		},
		"another disk": {
			func(s *submission.Submission, _ *submission.Login) { s.UniqueIDs = "uninst|other" },
			[]string{submission.DoubtUniqueIDs},
		},
		"no ids": {func(s *submission.Submission, _ *submission.Login) { s.UniqueIDs = "" }, []string{submission.DoubtUniqueIDs}},
		"a changed file": {
			func(s *submission.Submission, _ *submission.Login) { s.BeatmapMD5 = strings.Repeat("0", 32) },
			[]string{submission.DoubtBeatmap},
		},
		"flags": {
			func(s *submission.Submission, _ *submission.Login) { s.Score.Flags |= submission.FlagSpeed },
			[]string{submission.DoubtFlags},
		},
		"a picture": {func(s *submission.Submission, _ *submission.Login) { s.Screenshot = []byte{1} }, []string{submission.DoubtScreenshot}},
		"no replay": {func(s *submission.Submission, _ *submission.Login) { s.Replay = nil }, []string{submission.DoubtNoReplay}},
		"failed": {
			func(s *submission.Submission, _ *submission.Login) {
				s.Score.Passed, s.Score.Grade, s.Replay = false, osu.GradeF, nil
				signed(s)
			},
			nil,
		},
		"an old client": {
			func(s *submission.Submission, _ *submission.Login) {
				s.Build, s.UniqueIDs, s.Score.Version = "", "", ""
			},
			nil,
		},
	} {
		s, l := known(), login(t)
		tc.edit(s, &l)
		var kinds []string
		for _, doubt := range s.Check(l) {
			kinds = append(kinds, doubt.Kind)
		}
		if d := cmp.Diff(tc.want, kinds); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	// Ids with bars of their own.
	s := known()
	s.UniqueIDs = "a|b|c|d"
	s.Hashes = strings.Replace(strings.Replace(s.Hashes, "9a141cd5e628755e59c9279e1ca48b83", "2e077b3ec5932ac3cf914ebdf242b4ee", 1),
		"75688b0220ad16c4e02152b6c2b56424", "8277e0910d750195b448797616e091ad", 1)
	hashes, err := packets.ParseClientHashes(s.Hashes)
	if err != nil {
		t.Fatal(err)
	}
	s.Sign()
	if doubts := s.Check(submission.Login{Version: login(t).Version, Hashes: hashes}); doubts != nil {
		t.Errorf("ids with bars of their own: %+v", doubts)
	}
}
