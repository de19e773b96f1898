package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
)

// official is the official API v2 with an application's own credentials, which may read what everybody may read. It gives no
// archives away.
type official struct {
	cfg    OfficialConfig
	client *client

	mu      sync.Mutex // held while a token is asked for: one is enough for everybody
	token   string
	expires time.Time
}

func newOfficial(cfg Config) *official {
	o := &official{cfg: cfg.Official, client: newClient(cfg, cfg.Official.PerMinute)}
	o.cfg.URL = strings.TrimSuffix(o.cfg.URL, "/")
	return o
}

func (o *official) Name() string { return OfficialName }
func (o *official) close()       { o.client.http.CloseIdleConnections() }

func (o *official) Set(ctx context.Context, key Key) (beatmaps.Set, error) {
	path := "/beatmapsets/" + strconv.Itoa(int(key.SetID))
	switch {
	case key.SetID > 0:
	case key.BeatmapID > 0:
		path = "/beatmapsets/lookup?beatmap_id=" + strconv.Itoa(int(key.BeatmapID))
	case isMD5(key.MD5):
		found, err := o.ask(ctx, "/beatmaps/lookup?checksum="+key.MD5)
		if err != nil {
			return beatmaps.Set{}, err
		}
		path = "/beatmapsets/" + strconv.Itoa(int(found.setID))
	default:
		return beatmaps.Set{}, ErrUnsupported
	}
	found, err := o.ask(ctx, path)
	switch {
	case err != nil:
		return beatmaps.Set{}, err
	case found.set == nil:
		return beatmaps.Set{}, errForm
	}
	return judge(*found.set, key)
}

// ask reads an answer of the API. A token that is refused was taken back before its time: a second one is tried.
func (o *official) ask(ctx context.Context, path string) (answer, error) {
	for again := range 2 {
		token, err := o.authorize(ctx)
		if err != nil {
			return answer{}, err
		}
		header := http.Header{"Accept": {"application/json"}, "Authorization": {"Bearer " + token}}
		body, err := o.client.read(ctx, o.cfg.URL+"/api/v2"+path, header, maxJSON)
		if again == 0 && errors.Is(err, status(http.StatusUnauthorized)) {
			o.forget(token)
			continue
		}
		if err != nil {
			return answer{}, err
		}
		return decode(body)
	}
	return answer{}, status(http.StatusUnauthorized)
}

// authorize returns a token that is good for another minute at least.
func (o *official) authorize(ctx context.Context) (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.token != "" && time.Until(o.expires) > time.Minute {
		return o.token, nil
	}
	form := url.Values{
		"grant_type": {"client_credentials"}, "scope": {"public"},
		"client_id": {strconv.FormatInt(o.cfg.ClientID, 10)}, "client_secret": {o.cfg.ClientSecret},
	}
	response, err := o.client.do(ctx, http.MethodPost, o.cfg.URL+"/oauth/token", strings.NewReader(form.Encode()),
		http.Header{"Accept": {"application/json"}, "Content-Type": {"application/x-www-form-urlencoded"}})
	if err != nil {
		if errors.Is(err, ErrNone) { // the page is not there, which says nothing about a beatmap
			err = status(http.StatusNotFound)
		}
		return "", fmt.Errorf("source: ask for a token: %w", err)
	}
	defer response.Body.Close()
	body, err := bounded(response, 64<<10)
	if err != nil {
		return "", fmt.Errorf("source: ask for a token: %w", err)
	}
	var grant struct {
		Token   string `json:"access_token"`
		Seconds int64  `json:"expires_in"`
	}
	if err := json.Unmarshal(body, &grant); err != nil || grant.Token == "" || strings.ContainsAny(grant.Token, "\r\n") {
		return "", errors.New("source: ask for a token: the answer has none")
	}
	o.token = grant.Token
	o.expires = time.Now().Add(time.Duration(min(max(grant.Seconds, 0), 30*24*3600)) * time.Second)
	return o.token, nil
}

func (o *official) forget(token string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.token == token {
		o.token = ""
	}
}

func (o *official) File(ctx context.Context, id int32) ([]byte, error) {
	if id <= 0 {
		return nil, ErrUnsupported
	}
	body, err := o.client.read(ctx, o.cfg.URL+"/osu/"+strconv.Itoa(int(id)), nil, maxFile)
	if err != nil {
		return nil, err
	}
	return judgeFile(body)
}

func (o *official) Archive(context.Context, int32, bool) (*Archive, error) {
	return nil, ErrUnsupported
}
