package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pure-peace/peace/osu/osutest"
)

// An operator imports a Songs folder, does it again, and decides what is ranked; no server runs.
func TestBeatmapCommands(t *testing.T) {
	data, songs := t.TempDir(), t.TempDir()
	put := func(path, name string) {
		t.Helper()
		path = filepath.Join(songs, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, osutest.Sources(t)[0].Map(t, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(want string, args ...string) {
		t.Helper()
		settings := []string{"--set", "data_dir=" + data, "--set", "log.level=error", "--set", "beatmaps.sources.order="}
		out, errs, code := peace(t, "", append(settings, args...)...)
		if code != 0 || !strings.Contains(out+errs, want) {
			t.Errorf("%v ended with %d, want %q in\n%s%s", args, code, want, out, errs)
		}
	}
	put("one/osu-mixed.osu", "osu-mixed")
	put("one/more/not-its-own.osu", "osu-aim")
	put("two/taiko-speed.osu", "taiko-speed")
	run("Imported 2: 3 beatmaps new, 0 changed", "beatmap", "import", songs, "--status", "loved")
	run("2 were imported before", "beatmap", "import", songs)
	put("three/mania-4k.osu", "mania-4k")
	run("Imported 1: 1 beatmaps new, 0 changed", "beatmap", "import", songs)
	run("Imported 3: 0 beatmaps new, 0 changed", "beatmap", "import", "--again", songs)

	run("loved", "beatmap", "search", "mixed")
	run("mania-4k", "beatmap", "search", "--status", "pending")
	run("ranked, frozen", "beatmap", "status", "ranked", "1073741824", "--reason", "as good as any")
	run("ranked", "beatmap", "show", "1073741824")
	run("Changed 0 of 0 scores", "recalc")
	run("user", "evidence")
	run("Counted 0 entries", "ranking", "rebuild")
	if out, errs, code := peace(t, "", "--set", "data_dir="+data, "beatmap", "refresh", "1"); code == 0 || !strings.Contains(errs, "no server runs here") {
		t.Errorf("refreshing without a server ended with %d\n%s%s", code, out, errs)
	}
}
