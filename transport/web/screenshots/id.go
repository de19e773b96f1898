package screenshots

import (
	"bytes"
	"context"
	"crypto/rand"
	"strconv"
	"strings"
	"time"

	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/files/picture"
)

// folder is the first part of the keys of all screenshots.
const folder = "screenshots/"

// id names a screenshot.
type id struct {
	owner  int32
	secret string
	format picture.Format
}

// String returns the last part of the link.
func (i id) String() string {
	return strconv.Itoa(int(i.owner)) + "-" + i.secret + i.format.Extension()
}

func (i id) key() string { return ownedBy(i.owner) + i.secret + i.format.Extension() }

func ownedBy(owner int32) string { return folder + strconv.Itoa(int(owner)) + "/" }

// secretLength is that of rand.Text: 130 bits in base 32.
const secretLength = 26

// parse reads the last part of a link. Only what String returns is one.
func parse(text string) (id, bool) {
	owner, rest, _ := strings.Cut(text, "-")
	n, err := strconv.ParseInt(owner, 10, 32)
	if err != nil || n < 1 || len(rest) < secretLength {
		return id{}, false
	}
	i := id{owner: int32(n), secret: rest[:secretLength], format: picture.JPEG}
	if strings.HasSuffix(rest, picture.PNG.Extension()) {
		i.format = picture.PNG
	}
	for _, c := range []byte(i.secret) {
		if (c < 'a' || c > 'z') && (c < '2' || c > '7') {
			return id{}, false
		}
	}
	return i, i.String() == text
}

// keep stores a screenshot under a new name.
func keep(ctx context.Context, store files.Service, owner int32, format picture.Format, data []byte) (id, error) {
	// In lower case: some file systems do not tell cases apart.
	i := id{owner: owner, secret: strings.ToLower(rand.Text()), format: format}
	_, err := files.Write(ctx, store, i.key(), bytes.NewReader(data), maxPicture)
	return i, err
}

// Screenshot describes one.
type Screenshot struct {
	ID      string // the last part of its link
	Size    int64  // in bytes
	TakenAt time.Time
}

// Of returns screenshots of a player, at most limit (1 to files.MaxBatch), and where to go on: "" at the end. They come in an
// order of their own, that of their names; after is "" or what the last call returned.
func Of(ctx context.Context, store files.Service, owner int32, after string, limit int) (page []Screenshot, next string, err error) {
	blobs, err := store.List(ctx, ownedBy(owner), after, limit)
	if err != nil {
		return nil, "", err
	}
	for _, blob := range blobs {
		name := strconv.Itoa(int(owner)) + "-" + strings.TrimPrefix(blob.Key, ownedBy(owner))
		if _, ok := parse(name); ok {
			page = append(page, Screenshot{ID: name, Size: blob.Size, TakenAt: blob.StoredAt})
		}
		next = blob.Key
	}
	return page, next, nil
}

// Delete deletes screenshots by their ids, at most files.MaxBatch. What is not there, or names none, is no error. Caches may
// go on to show them for a week.
func Delete(ctx context.Context, store files.Service, ids []string) error {
	var keys []string
	for _, text := range ids {
		if i, ok := parse(text); ok {
			keys = append(keys, i.key())
		}
	}
	return store.Delete(ctx, keys)
}
