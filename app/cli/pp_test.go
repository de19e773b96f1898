package cli

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	"github.com/pure-peace/peace/osu/osutest"
	"github.com/pure-peace/peace/osu/replay"
)

// peace runs a command line.
func peace(t *testing.T, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	p := &program{stdin: strings.NewReader(stdin), stdout: &out, stderr: &errs}
	code = p.main(args)
	return out.String(), errs.String(), code
}

// write puts a synthetic beatmap into a new folder and returns its path.
func write(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name+".osu")
	if err := os.WriteFile(path, osutest.Sources(t)[0].Map(t, name), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// expected returns the official row of a synthetic beatmap.
func expected(t *testing.T, ruleset osu.Ruleset, name, mods string) osutest.Row {
	t.Helper()
	for row := range osutest.Sources(t)[0].Rows(t, osutest.Tables[ruleset]) {
		if row.Map == name && row.Mods == mods {
			return row
		}
	}
	t.Fatalf("there is no row for %s with %q", name, mods)
	return osutest.Row{}
}

func TestPPTable(t *testing.T) {
	path := write(t, "osu-mixed")
	row := expected(t, osu.Standard, "osu-mixed", "HD,DT")
	out, _, code := peace(t, "", "pp", path, "--mods", "HDDT", "-a", "100")
	if code != 0 {
		t.Fatal(out)
	}
	for _, want := range []string{
		"osu-mixed", "+HD,DT", fmt.Sprintf("%.4f", row.Difficulty["star_rating"].Float),
		fmt.Sprintf("%.2f", row.States["ss"].Attributes["pp"].Float), "100.00%",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
}

func TestPPOfCounts(t *testing.T) {
	path := write(t, "taiko-patterns")
	row := expected(t, osu.Taiko, "taiko-patterns", "")
	state := row.States["a97m1"]
	counts := fmt.Sprintf("great=%d,ok=%d,miss=%d", state.Counts[0], state.Counts[1], state.Counts[2])
	out, _, code := peace(t, "", "pp", path, "--json", "--count", counts, "--combo", fmt.Sprint(state.Combo))
	if code != 0 {
		t.Fatal(out)
	}
	var a struct {
		Plays []struct {
			Name        string             `json:"name"`
			Accuracy    float64            `json:"accuracy"`
			Performance map[string]float64 `json:"performance"`
		} `json:"plays"`
	}
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		t.Fatal(err)
	}
	if d := osutest.Diff(a.Plays[0].Performance["pp"], state.Attributes["pp"].Float); d != "" {
		t.Errorf("%s: %s", a.Plays[0].Name, d)
	}
	if d := osutest.Diff(a.Plays[0].Accuracy, state.Accuracy); d != "" {
		t.Errorf("accuracy: %s", d)
	}
	if full := a.Plays[1]; full.Performance["pp"] <= a.Plays[0].Performance["pp"] {
		t.Errorf("a full combo is worth %v", full.Performance["pp"])
	}
}

func TestPPOfReplay(t *testing.T) {
	path := write(t, "osu-mixed")
	state := expected(t, osu.Standard, "osu-mixed", "HD,DT,CL").States["a97m1"]
	r := &replay.Replay{Version: 20260101, Beatmap: strings.Repeat("0", 32), Player: "somebody", Mods: osu.ModHidden | osu.ModDoubleTime, MaxCombo: uint16(state.Combo)}
	play := state.Play(osu.Standard, nil)
	r.SetCounts(play.Statistics.Counts(osu.Standard))
	r.TotalScore = 1 // far too little for the combo, which only a play of stable takes notice of
	file := filepath.Join(t.TempDir(), "replay.osr")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(r.Encode(f), f.Close()); err != nil {
		t.Fatal(err)
	}
	out, errs, code := peace(t, "", "pp", path, "--replay", file)
	if code != 0 || !strings.Contains(out, "+DT,HD,CL") || !strings.Contains(out, fmt.Sprintf("%dx", state.Combo)) {
		t.Errorf("exit code %d, %s\n%s", code, errs, out)
	}
	if !strings.Contains(errs, "another beatmap") {
		t.Errorf("nobody is told that the replay belongs to another beatmap: %q", errs)
	}
}

func TestPPOfFoldersAndArchives(t *testing.T) {
	dir := filepath.Dir(write(t, "catch-fruits"))
	source := osutest.Sources(t)[0]
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range []string{"osu-mixed", "mania-4k"} {
		w, err := z.Create(name + ".osu")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(source.Map(t, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "set.osz"), b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, code := peace(t, "", "pp", dir, "-j", "2")
	if code != 0 || !strings.Contains(errs, "2 of 2 files, 3 beatmaps") {
		t.Errorf("exit code %d, progress %q", code, errs)
	}
	for _, name := range []string{"catch-fruits", "osu-mixed", "mania-4k"} {
		if !strings.Contains(out, name) {
			t.Errorf("%s is missing in\n%s", name, out)
		}
	}
	// One broken beatmap is named and does not keep the others from being calculated.
	if err := os.WriteFile(filepath.Join(dir, "broken.osz"), []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, code = peace(t, "", "pp", dir)
	if code != 1 || !strings.Contains(errs, "broken.osz") || !strings.Contains(out, "mania-4k") {
		t.Errorf("exit code %d, %q\n%s", code, errs, out)
	}
}

func TestPPStrains(t *testing.T) {
	file := filepath.Join(t.TempDir(), "strains.svg")
	if out, errs, code := peace(t, "", "pp", write(t, "osu-mixed"), "--strains", file); code != 0 {
		t.Fatal(out, errs)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal(b, new(struct{ XMLName xml.Name })); err != nil || !bytes.Contains(b, []byte("Aim")) {
		t.Errorf("%v in %.300s", err, b)
	}
}

func TestPPRefuses(t *testing.T) {
	path := write(t, "mania-4k")
	for want, args := range map[string][]string{
		"name a beatmap":     {"pp"},
		"no such file":       {"pp", "/nowhere.osu"},
		"ruleset":            {"pp", path, "-r", "golf"},
		"mod AP":             {"pp", path, "-m", "AP"},
		"0 to 100 percent":   {"pp", path, "-a", "101"},
		"superb":             {"pp", path, "--count", "superb=1"},
		"great":              {"pp", path, "--count", "great=-1"},
		"cannot be":          {"pp", path, "-r", "osu"},
		"the judgements of":  {"pp", path, "--passed", "10"},
		"draws one beatmap":  {"pp", filepath.Dir(path), "--strains", "x.svg"},
		"there is no beatma": {"pp", t.TempDir()},
	} {
		_, errs, code := peace(t, "", args...)
		if code != 1 || !strings.Contains(errs, want) {
			t.Errorf("peace %v: exit code %d, %q, want %q", args, code, errs, want)
		}
	}
}

// The batch mode answers each line, in order, whatever the others are.
func TestPPBatch(t *testing.T) {
	path := write(t, "osu-mixed")
	row := expected(t, osu.Standard, "osu-mixed", "DT:speed_change=1.3")
	state := row.States["a93m5"]
	play := state.Play(osu.Standard, mods.Set{})
	counts, err := json.Marshal(play.Statistics)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(format string, args ...any) string { return fmt.Sprintf(format, args...) + "\n" }
	in := ask(`{"id":"text","map":%q,"ruleset":0,"mods":"DT:speed_change=1.3","scores":[{"counts":%s,"max_combo":%d}]}`, path, counts, state.Combo) +
		ask(`nonsense`) + ask(``) +
		ask(`{"id":2,"map":"/nowhere.osu"}`) +
		ask(`{"id":[3],"map":%q,"mods":[{"acronym":"DT","settings":{"speed_change":1.3}}],"scores":[{"counts":%s,"max_combo":%d,"accuracy":%v}]}`,
			path, counts, state.Combo, state.Accuracy) +
		ask(`{"id":null,"map":%q,"mods":"EZ,DS"}`, path)
	out, errs, code := peace(t, in, "pp", "--batch", "-", "-j", "3")
	if code != 0 {
		t.Fatal(errs)
	}
	type answer struct {
		ID          json.RawMessage           `json:"id"`
		Difficulty  map[string]osutest.Number `json:"difficulty"`
		Max         map[string]int32          `json:"max"`
		Performance []map[string]osutest.Number
		Error       string
	}
	var answers []answer
	for line := range strings.Lines(out) {
		var a answer
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		answers = append(answers, a)
	}
	if len(answers) != 5 {
		t.Fatalf("%d answers\n%s", len(answers), out)
	}
	for _, i := range []int{0, 3} {
		a := answers[i]
		if string(a.ID) != []string{0: `"text"`, 3: `[3]`}[i] || a.Error != "" {
			t.Errorf("answer %d: id %s, error %q", i, a.ID, a.Error)
		}
		for name, want := range row.Difficulty {
			if d := osutest.Diff(a.Difficulty[name].Float, want.Float); d != "" {
				t.Errorf("answer %d: %s: %s", i, name, d)
			}
		}
		for name, want := range state.Attributes {
			got, there := a.Performance[0][name]
			if d := osutest.Diff(got.Float, want.Float); d != "" || !there || got.Null != want.Null {
				t.Errorf("answer %d: %s: %v, null %v: %s", i, name, there, got.Null, d)
			}
		}
		if a.Max["great"] != row.Max["great"] || len(a.Max) != len(row.Max) {
			t.Errorf("answer %d: a perfect play has %v", i, a.Max)
		}
	}
	for _, i := range []int{1, 2, 4} {
		if answers[i].Error == "" || answers[i].Difficulty != nil {
			t.Errorf("answer %d has no error", i)
		}
	}
}

// Values that JSON has no number for are strings.
func TestPPBatchNaN(t *testing.T) {
	path := write(t, "osu-single")
	out, _, code := peace(t, fmt.Sprintf(`{"id":1,"map":%q,"ruleset":1}`, path), "pp", "--batch", "-")
	if code != 0 || !strings.Contains(out, `"NaN"`) {
		t.Errorf("exit code %d: %s", code, out)
	}
}

func TestInOrder(t *testing.T) {
	questions := make([]int, 1000)
	for i := range questions {
		questions[i] = i
	}
	double := func(n int) int { return 2 * n }
	got := slices.Collect(inOrder(t.Context(), 8, questions, double))
	for i, n := range got {
		if n != 2*i {
			t.Fatalf("answer %d is %d", i, n)
		}
	}
	if len(got) != len(questions) {
		t.Errorf("%d answers", len(got))
	}
	for range inOrder(t.Context(), 8, questions, double) {
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	for range inOrder(ctx, 2, questions, double) {
		if n++; n == 10 {
			cancel()
		}
	}
	if n > 20 {
		t.Errorf("%d answers, the context ended after 10", n)
	}
}
