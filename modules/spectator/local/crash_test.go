package local

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/modules/spectator"
	"github.com/pure-peace/peace/modules/spectator/spectatortest"
	"github.com/pure-peace/peace/modules/state/memory"
	"github.com/pure-peace/peace/osu"
)

// The crash test runs this test binary as a child that is a whole server of its own: state with its journal, files, and this module.
// The child plays and tells which bundles are safe, until it is killed; the next one goes on where a client would.
const crashChild = "PEACE_SPECTATOR_CRASH_CHILD"

const crashUser = 1000

// crashPlay is the play of all children. Their worlds give out the same numbers.
func crashPlay(world *spectatortest.World) spectator.Play {
	beatmap := world.Beatmap(osu.StatusRanked)
	return spectator.Play{
		Player: spectator.Player{UserID: crashUser, Client: "c", Token: world.Token(crashUser, beatmap)}, Format: spectator.Lazer,
		BeatmapID: beatmap,
	}
}

func crashState(t *testing.T, dir string) *memory.Service {
	return newState(t, memory.Config{Journal: filepath.Join(dir, "state.db"), Interval: 2 * time.Millisecond})
}

func TestCrashChild(t *testing.T) {
	dir := os.Getenv(crashChild)
	if dir == "" {
		t.Skip("this is the child of TestKill")
	}
	store := crashState(t, dir)
	go func() { _ = store.Run(t.Context()) }()
	world := spectatortest.NewWorld(store)
	s := newService(t, store, newFiles(t, filepath.Join(dir, "files")), world, world.Scores())
	go func() { _ = s.Run(t.Context()) }()
	play := crashPlay(world)
	if err := s.Begin(t.Context(), play); err != nil {
		t.Fatal(err)
	}
	from, _ := strconv.Atoi(os.Getenv(crashChild + "_FROM"))
	to, _ := strconv.Atoi(os.Getenv(crashChild + "_TO"))
	for n := from; n < to; n++ {
		if err := s.Send(t.Context(), play.Player, bundle(n)); err != nil {
			t.Fatal(err)
		}
		fmt.Println("safe", n)
	}
	if err := s.End(t.Context(), play.Player, spectator.Passed); err != nil {
		t.Fatal(err)
	}
	fmt.Println("safe", to)
	<-t.Context().Done()
}

func TestKill(t *testing.T) {
	const bundles = 300
	dir := t.TempDir()
	next := 0
	for round := 0; next <= bundles; round++ {
		child := exec.Command(os.Args[0], "-test.run=^TestCrashChild$")
		child.Env = append(os.Environ(), crashChild+"="+dir, crashChild+"_FROM="+strconv.Itoa(next), crashChild+"_TO="+strconv.Itoa(bundles))
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		before := next
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if _, err := fmt.Sscanf(lines.Text(), "safe %d", &next); err != nil {
				continue
			}
			if next++; next == before+20+13*round || next > bundles {
				if err := child.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
					t.Fatal(err)
				}
			}
		}
		_ = child.Wait()
		if next == before {
			t.Fatalf("round %d: the child did nothing", round)
		}
	}

	store := crashState(t, dir)
	defer func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}()
	world := spectatortest.NewWorld(store)
	token := crashPlay(world).Player.Token
	world.Submit(t, token, true, true)
	blobs := newFiles(t, filepath.Join(dir, "files"))
	s := newService(t, store, blobs, world, world.Scores())
	stop := running(t, s)
	defer stop()
	eventually(t, "the replay is attached", func() bool { return world.Replay(token) != "" })
	data, err := files.Load(t.Context(), blobs, world.Replay(token), scores.MaxReplay)
	if err != nil {
		t.Fatal(err)
	}
	wantFrames(t, data, bundles)
	eventually(t, "nothing is left over", func() bool { return finished(t, store) })
}
