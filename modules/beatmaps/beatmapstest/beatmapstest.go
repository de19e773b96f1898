// Package beatmapstest is the conformance suite of the beatmaps contract: what it asks, every implementation must answer, in
// this process or behind a peer. It makes its own beatmaps, so it can be asked of a library that has others.
package beatmapstest

import (
	"archive/zip"
	"bytes"
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/users"
	"github.com/pure-peace/peace/osu"
)

// Subject is what is examined.
type Subject struct {
	Beatmaps beatmaps.Service
	Files    files.Service // where archives are put for it
	Users    users.Service // whose accounts it knows

	// Topics is where the service publishes. Without it, nothing is asked of events.
	Topics state.Topics
}

// Run runs the whole suite.
func Run(t *testing.T, s Subject) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Subject)
	}{
		{"Import", testImport},
		{"ImportAgain", testImportAgain},
		{"ImportWithoutIDs", testImportWithoutIDs},
		{"ImportSingle", testImportSingle},
		{"ImportVersion", testImportVersion},
		{"ImportCopiedID", testImportCopiedID},
		{"ImportStatus", testImportStatus},
		{"ImportTogether", testImportTogether},
		{"BadArchives", testBadArchives},
		{"Keys", testKeys},
		{"Sets", testSets},
		{"Status", testStatus},
		{"StatusOfSome", testStatusOfSome},
		{"StatusRefused", testStatusRefused},
		{"Counts", testCounts},
		{"Refresh", testRefresh},
		{"Votes", testVotes},
		{"Favourites", testFavourites},
		{"Comments", testComments},
		{"Tags", testTags},
		{"Tagged", testTagged},
		{"Changes", testChanges},
		{"SearchTags", testSearchTags},
		{"SearchCreators", testSearchCreators},
		{"SearchWords", testSearchWords},
		{"SearchFilters", testSearchFilters},
		{"SearchNarrowed", testSearchNarrowed},
		{"SearchOrders", testSearchOrders},
		{"SearchPages", testSearchPages},
		{"SearchBounds", testSearchBounds},
		{"SearchSyntax", testSearchSyntax},
		{"Archive", testArchive},
		{"Events", testEvents},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, s) })
	}
}

// beatmap is a .osu file that the suite makes.
type beatmap struct {
	title, artist, creator, name, tags, source string
	id, set                                    int32 // -1 for none
	ruleset                                    osu.Ruleset
	cs, ar, od, hp                             float64
	bpm                                        float64
	seconds                                    int // from the first to the last object
	note                                       string
	video, story                               bool
}

// unique returns a word that nothing else has.
func unique() string { return strings.ToLower(rand.Text()[:12]) }

// plain returns a beatmap of a set of its own, without ids.
func plain(name string) beatmap {
	return beatmap{
		title: "Song " + unique(), artist: "Artist " + unique(), creator: "Creator", name: name, tags: "", id: 0, set: -1,
		cs: 4, ar: 9, od: 8, hp: 5, bpm: 180, seconds: 60,
	}
}

// with returns another difficulty of a set.
func (b beatmap) with(name string, change ...func(*beatmap)) beatmap {
	b.name = name
	for _, c := range change {
		c(&b)
	}
	return b
}

func (b beatmap) file() string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`\/:*?"<>|`, r) {
			return -1
		}
		return r
	}, fmt.Sprintf("%s - %s (%s) [%s].osu", b.artist, b.title, b.creator, b.name))
}

func (b beatmap) bytes() []byte {
	var out strings.Builder
	fmt.Fprintf(&out, "osu file format v14\n\n[General]\nAudioFilename: audio.mp3\nMode: %d\n\n", b.ruleset)
	fmt.Fprintf(&out, "[Metadata]\nTitle:%s\nTitleUnicode:%s\nArtist:%s\nArtistUnicode:%s\nCreator:%s\nVersion:%s\nSource:%s\nTags:%s %s\n",
		b.title, b.title, b.artist, b.artist, b.creator, b.name, b.source, b.tags, b.note)
	fmt.Fprintf(&out, "BeatmapID:%d\nBeatmapSetID:%d\n\n", b.id, b.set)
	fmt.Fprintf(&out, "[Difficulty]\nHPDrainRate:%g\nCircleSize:%g\nOverallDifficulty:%g\nApproachRate:%g\nSliderMultiplier:1.4\nSliderTickRate:1\n\n",
		b.hp, b.cs, b.od, b.ar)
	out.WriteString("[Events]\n")
	if b.video {
		out.WriteString("Video,0,\"video.mp4\"\n")
	}
	if b.story {
		out.WriteString("Sprite,Foreground,Centre,\"sb.png\",320,240\n")
	}
	fmt.Fprintf(&out, "\n[TimingPoints]\n0,%g,4,2,1,60,1,0\n\n[HitObjects]\n", 60_000/b.bpm)
	for i := range 20 {
		fmt.Fprintf(&out, "%d,%d,%d,1,0,0:0:0:0:\n", 100+i*10, 100+i%3*60, 1000+i*b.seconds*1000/19)
	}
	return []byte(out.String())
}

func (b beatmap) md5() string {
	sum := md5.Sum(b.bytes())
	return hex.EncodeToString(sum[:])
}

// entry is a file of an archive.
type entry struct {
	name string
	data []byte
}

// pack makes an archive of beatmaps and other files.
func pack(t *testing.T, maps []beatmap, others ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range maps {
		others = append(others, entry{m.file(), m.bytes()})
	}
	for _, e := range others {
		w, err := z.Create(e.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(e.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// upload puts bytes into the files module and returns their key.
func upload(t *testing.T, s Subject, data []byte) string {
	t.Helper()
	key := "test/" + unique()
	if _, err := files.Write(t.Context(), s.Files, key, bytes.NewReader(data), files.MaxBlob); err != nil {
		t.Fatal(err)
	}
	return key
}

// importAll imports an archive of beatmaps.
func importAll(t *testing.T, s Subject, maps ...beatmap) beatmaps.Imported {
	t.Helper()
	return importBytes(t, s, pack(t, maps), beatmaps.Import{Name: "test.osz"})
}

func importBytes(t *testing.T, s Subject, data []byte, options beatmaps.Import) beatmaps.Imported {
	t.Helper()
	options.Wait = time.Minute
	out, err := s.Beatmaps.Import(t.Context(), upload(t, s, data), options)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// player makes an account.
func (s Subject) player(t *testing.T, privileges users.Privileges) users.User {
	t.Helper()
	name := "b" + unique()[:11]
	u, err := s.Users.Register(t.Context(), users.Registration{
		Name: name, Email: name + "@example.com", Password: "pw " + name, Country: "DE", Privileges: privileges,
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// find returns the one beatmap of a key.
func find(t *testing.T, s Subject, key beatmaps.Key) beatmaps.Found {
	t.Helper()
	found := lookUp(t, s, key)
	if len(found) != 1 {
		t.Fatalf("%+v finds %d beatmaps", key, len(found))
	}
	return found[0]
}

func lookUp(t *testing.T, s Subject, keys ...beatmaps.Key) []beatmaps.Found {
	t.Helper()
	found, err := s.Beatmaps.Beatmaps(t.Context(), keys)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// getSet returns a set that must be there.
func getSet(t *testing.T, s Subject, id int32) beatmaps.Set {
	t.Helper()
	sets, err := s.Beatmaps.Sets(t.Context(), []int32{id})
	if err != nil {
		t.Fatal(err)
	}
	if len(sets) != 1 {
		t.Fatalf("set %d: %d sets", id, len(sets))
	}
	return sets[0]
}

func wantEqual[T any](t *testing.T, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func wantError(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}

// together runs n functions at once.
func together(n int, run func(i int)) {
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { run(i) })
	}
	group.Wait()
}

// listen returns a function that waits for the next event of a topic.
func listen(t *testing.T, topics state.Topics, topic string) func() []byte {
	t.Helper()
	next, stop := iter.Pull2(topics.Subscribe(t.Context(), []string{topic}))
	t.Cleanup(stop)
	if _, err, ok := next(); err != nil || !ok {
		t.Fatalf("no subscription: %v", err)
	}
	return func() []byte {
		t.Helper()
		timeout := time.AfterFunc(time.Minute, stop)
		defer timeout.Stop()
		notice, err, ok := next()
		if err != nil || !ok {
			t.Fatalf("no event: %v", err)
		}
		return notice.Payload
	}
}
