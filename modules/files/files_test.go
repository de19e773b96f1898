package files_test

import (
	"log/slog"
	"testing"

	"go.uber.org/goleak"

	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/files/buckettest"
	"github.com/pure-peace/peace/modules/files/filespb"
	"github.com/pure-peace/peace/modules/files/filestest"
	"github.com/pure-peace/peace/modules/files/local"
	"github.com/pure-peace/peace/transport/grpc/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const uploads = 3

func TestDirectory(t *testing.T) {
	filestest.Run(t, filestest.Subject{Files: open(t, directory(t)), Uploads: uploads})
}

func TestBucket(t *testing.T) {
	store := buckettest.New(t)
	filestest.Run(t, filestest.Subject{Files: open(t, bucket(store)), Uploads: uploads})
	if left := store.Objects(); len(left) != 0 || store.Uploads() != 0 {
		t.Errorf("the store still has %d uploads and %q", store.Uploads(), left)
	}
}

func TestRemote(t *testing.T) {
	remote := wiretest.Loopback(t, filespb.Register, filespb.NewClient, open(t, directory(t)))
	filestest.Run(t, filestest.Subject{Files: remote, Uploads: uploads})
}

func TestPeer(t *testing.T) {
	peer, ok := wiretest.External(t, filespb.NewClient)
	if !ok {
		t.Skip("PEACE_TEST_PEER names no peer for files")
	}
	filestest.Run(t, filestest.Subject{Files: peer})
}

func TestRoundTrip(t *testing.T) {
	wiretest.RoundTrip(t, filespb.FromBlob, filespb.ToBlob)
}

func directory(t *testing.T) local.Config {
	t.Helper()
	cfg := local.DefaultConfig()
	cfg.Dir, cfg.Uploads = t.TempDir(), uploads
	return cfg
}

func bucket(store *buckettest.Store) local.Config {
	cfg := local.DefaultConfig()
	cfg.Engine, cfg.Uploads = local.S3, uploads
	cfg.S3.Endpoint, cfg.S3.Bucket, cfg.S3.Prefix = store.URL, store.Bucket, "peace/"
	cfg.S3.Region, cfg.S3.AccessKey, cfg.S3.Secret = buckettest.Region, buckettest.AccessKey, buckettest.Secret
	return cfg
}

func open(t *testing.T, cfg local.Config) files.Service {
	t.Helper()
	s, err := local.New(t.Context(), cfg, local.Deps{Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
