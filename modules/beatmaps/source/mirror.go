package source

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/pure-peace/peace/modules/beatmaps"
)

// The placeholders of templates.
const (
	setID     = "{set_id}"
	beatmapID = "{beatmap_id}"
	md5       = "{md5}"
)

var acceptJSON = http.Header{"Accept": {"application/json"}}

// mirror is a site that keeps copies of the official server's beatmaps.
type mirror struct {
	name    string
	urls    Mirror
	client  *client
	maximum int64
}

func newMirror(name string, cfg Config) *mirror {
	urls := cfg.Mirrors[name]
	perMinute := urls.PerMinute
	if perMinute == 0 {
		perMinute = 60
	}
	return &mirror{name, urls, newClient(cfg, perMinute), cfg.MaxArchive}
}

func (m *mirror) Name() string { return m.name }
func (m *mirror) close()       { m.client.http.CloseIdleConnections() }

func (m *mirror) Set(ctx context.Context, key Key) (beatmaps.Set, error) {
	var url string
	switch {
	case key.SetID > 0:
		url = fill(m.urls.Set, setID, key.SetID)
	case key.BeatmapID > 0:
		url = fill(m.urls.Beatmap, beatmapID, key.BeatmapID)
	case isMD5(key.MD5):
		url = strings.ReplaceAll(m.urls.MD5, md5, key.MD5)
	}
	answer, err := m.ask(ctx, url)
	if err == nil && answer.set == nil {
		// It has told of the beatmap alone, and with that of which set it is.
		answer, err = m.ask(ctx, fill(m.urls.Set, setID, answer.setID))
	}
	switch {
	case err != nil:
		return beatmaps.Set{}, err
	case answer.set == nil:
		return beatmaps.Set{}, errForm
	}
	return judge(*answer.set, key)
}

func (m *mirror) ask(ctx context.Context, url string) (answer, error) {
	if url == "" {
		return answer{}, ErrUnsupported
	}
	body, err := m.client.read(ctx, url, acceptJSON, maxJSON)
	if err != nil {
		return answer{}, err
	}
	return decode(body)
}

func (m *mirror) File(ctx context.Context, id int32) ([]byte, error) {
	if m.urls.File == "" || id <= 0 {
		return nil, ErrUnsupported
	}
	body, err := m.client.read(ctx, fill(m.urls.File, beatmapID, id), nil, maxFile)
	if err != nil {
		return nil, err
	}
	return judgeFile(body)
}

func (m *mirror) Archive(ctx context.Context, id int32, withoutVideo bool) (*Archive, error) {
	url := m.urls.Archive
	withoutVideo = withoutVideo && m.urls.ArchiveNoVideo != ""
	if withoutVideo {
		url = m.urls.ArchiveNoVideo
	}
	if url == "" || id <= 0 {
		return nil, ErrUnsupported
	}
	archive, err := m.client.download(ctx, fill(url, setID, id), m.maximum)
	if err != nil {
		return nil, err
	}
	archive.WithoutVideo = withoutVideo
	return archive, nil
}

func fill(template, placeholder string, id int32) string {
	return strings.ReplaceAll(template, placeholder, strconv.Itoa(int(id)))
}
