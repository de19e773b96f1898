package client

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/osz"
	bancho "github.com/pure-peace/peace/transport/bancho/client"
)

// MaxArchive bounds the archives that are downloaded.
const MaxArchive = 256 << 20

// Song is a beatmap as it lies in the game's folder.
type Song struct {
	File  string // name of the .osu
	MD5   string
	SetID int32 // -1 when it is not known
	Map   *beatmap.Beatmap
}

// Elsewhere says that a download is to be had at another place.
type Elsewhere struct{ URL string }

func (e *Elsewhere) Error() string { return "the download is at " + e.URL }

// Download returns the archive of a set. The error is an *Elsewhere when the server sends the game to another one.
func (c *Client) Download(ctx context.Context, setID int32, withoutVideo bool) ([]byte, error) {
	path := "/d/" + strconv.Itoa(int(setID))
	if withoutVideo {
		path += "n"
	}
	var archive bytes.Buffer
	answer, err := c.game.Download(ctx, "osu", path+"?"+c.signed(styleB, url.Values{"vv": {"2"}}).Encode(), &archive, MaxArchive)
	if err != nil {
		return nil, err
	}
	switch answer.Status {
	case http.StatusOK:
		return archive.Bytes(), nil
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return nil, &Elsewhere{answer.Header.Get("Location")}
	}
	return nil, fmt.Errorf("%s: %w", path, &bancho.StatusError{Status: answer.Status, Body: string(answer.Body)})
}

// Get downloads a set and returns its beatmaps, those that can be read.
func (c *Client) Get(ctx context.Context, setID int32) ([]Song, error) {
	archive, err := c.Download(ctx, setID, true)
	if err != nil {
		return nil, err
	}
	return Unpack(archive, setID)
}

// ErrNoSongs says that an archive has no beatmap that can be read.
var ErrNoSongs = errors.New("no beatmap can be read")

// Unpack returns the beatmaps of an archive.
func Unpack(archive []byte, setID int32) ([]Song, error) {
	r, err := osz.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, err
	}
	var songs []Song
	for file, err := range r.Beatmaps() {
		if err != nil {
			continue
		}
		if song, err := Read(file.Name, file.Data); err == nil {
			song.SetID = setID
			songs = append(songs, song)
		}
	}
	if len(songs) == 0 {
		return nil, ErrNoSongs
	}
	return songs, nil
}

// Read reads a .osu file.
func Read(name string, data []byte) (Song, error) {
	m, err := beatmap.Parse(data)
	if err != nil {
		return Song{}, err
	}
	sum := md5.Sum(data)
	song := Song{File: name, MD5: hex.EncodeToString(sum[:]), SetID: -1, Map: m}
	if m.SetID > 0 {
		song.SetID = m.SetID
	}
	return song, nil
}

// Update fetches the latest version of a beatmap by the name of its file.
func (c *Client) Update(ctx context.Context, file string) (Song, error) {
	answer, err := c.game.Get(ctx, "osu", "/web/maps/"+url.PathEscape(file))
	body, err := expect("/web/maps/", answer, err)
	if err != nil {
		return Song{}, err
	}
	return Read(file, []byte(body))
}
