package beatmaps_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/beatmaps/beatmapspb"
	"github.com/pure-peace/peace/modules/beatmaps/beatmapstest"
	"github.com/pure-peace/peace/modules/beatmaps/local"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/files"
	fileslocal "github.com/pure-peace/peace/modules/files/local"
	performancelocal "github.com/pure-peace/peace/modules/performance/local"
	"github.com/pure-peace/peace/modules/state"
	"github.com/pure-peace/peace/modules/state/memory"
	userslocal "github.com/pure-peace/peace/modules/users/local"
	"github.com/pure-peace/peace/transport/grpc/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLocal(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		beatmapstest.Run(t, newSubject(t, db))
	})
}

func TestRemote(t *testing.T) {
	s := newSubject(t, databasetest.Open(t, database.SQLite))
	s.Beatmaps = wiretest.Loopback(t, beatmapspb.Register, beatmapspb.NewClient, s.Beatmaps)
	beatmapstest.Run(t, s)
}

func TestPeer(t *testing.T) {
	peer, ok := wiretest.External(t, beatmapspb.NewClient)
	if !ok {
		t.Skip("PEACE_TEST_PEER names no peer for beatmaps")
	}
	s := newSubject(t, databasetest.Open(t, database.SQLite))
	s.Beatmaps, s.Topics = peer, nil
	beatmapstest.Run(t, s)
}

func TestRoundTrip(t *testing.T) {
	wiretest.RoundTrip(t, beatmapspb.FromKey, beatmapspb.ToKey)
	wiretest.RoundTrip(t, beatmapspb.FromFound, beatmapspb.ToFound)
	wiretest.RoundTrip(t, beatmapspb.FromSet, beatmapspb.ToSet)
	wiretest.RoundTrip(t, beatmapspb.FromBeatmap, beatmapspb.ToBeatmap)
	wiretest.RoundTrip(t, beatmapspb.FromQuery, beatmapspb.ToQuery)
	wiretest.RoundTrip(t, beatmapspb.FromPage, beatmapspb.ToPage)
	wiretest.RoundTrip(t, beatmapspb.FromChange, beatmapspb.ToChange)
	wiretest.RoundTrip(t, beatmapspb.FromTag, beatmapspb.ToTag)
	wiretest.RoundTrip(t, beatmapspb.FromTagged, beatmapspb.ToTagged)
	wiretest.RoundTrip(t, beatmapspb.FromArchive, beatmapspb.ToArchive)
	wiretest.RoundTrip(t, beatmapspb.FromRating, beatmapspb.ToRating)
	wiretest.RoundTrip(t, beatmapspb.FromVotes, beatmapspb.ToVotes)
	wiretest.RoundTrip(t, beatmapspb.FromComment, beatmapspb.ToComment)
	wiretest.RoundTrip(t, beatmapspb.FromImport, beatmapspb.ToImport)
	wiretest.RoundTrip(t, beatmapspb.FromImported, beatmapspb.ToImported)
	wiretest.RoundTrip(t, beatmapspb.FromStatusChange, beatmapspb.ToStatusChange)
	wiretest.RoundTrip(t, beatmapspb.FromCounts, beatmapspb.ToCounts)
	wiretest.RoundTrip(t, beatmapspb.FromChanged, beatmapspb.ToChanged)
}

func newSubject(t *testing.T, db *database.DB) beatmapstest.Subject {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	topics, err := memory.New(t.Context(), memory.Config{}, log)
	if err != nil {
		t.Fatal(err)
	}
	closing(t, topics)
	people, err := userslocal.New(t.Context(), userslocal.DefaultConfig(), userslocal.Deps{DB: db, Topics: topics, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	blobs := fileslocal.DefaultConfig()
	blobs.Dir, blobs.Sync = filepath.Join(t.TempDir(), "files"), false
	store, err := fileslocal.New(t.Context(), blobs, fileslocal.Deps{Log: log})
	if err != nil {
		t.Fatal(err)
	}
	closing(t, store)
	return beatmapstest.Subject{Beatmaps: newService(t, db, store, topics, people, log), Files: store, Users: people, Topics: topics}
}

func newService(
	t *testing.T, db *database.DB, store files.Service, topics state.Topics, people *userslocal.Service, log *slog.Logger,
) beatmaps.Service {
	t.Helper()
	calculation := performancelocal.DefaultConfig()
	calculation.Beatmaps = t.TempDir()
	rates, err := performancelocal.New(t.Context(), calculation, performancelocal.Deps{DB: db, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	closing(t, rates)
	cfg := local.DefaultConfig()
	db = databasetest.Indexed(t, db, "hit", "beatmap_words") // searches walk along an index until they have a page
	cfg.Sources.Order = nil                                  // nobody outside is asked
	s, err := local.New(t.Context(), cfg, local.Deps{DB: db, Files: store, Performance: rates, Topics: topics, Users: people, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return s
}

func closing(t *testing.T, c interface{ Close() error }) {
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
}
