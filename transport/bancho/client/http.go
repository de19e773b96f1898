package client

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pure-peace/peace/osu/packets"
)

// maxBody bounds what is read of an answer.
const maxBody = 16 << 20

// post sends packets or a login to the c host and returns the packets of the answer.
func (c *Client) post(ctx context.Context, body []byte) ([]byte, http.Header, error) {
	req, err := c.request(ctx, http.MethodPost, "c", "/", bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	if c.token != "" {
		req.Header.Set("osu-token", c.token)
	}
	answer, err := c.do(req)
	if err != nil {
		return nil, nil, err
	}
	if answer.Status != http.StatusOK {
		return nil, answer.Header, &StatusError{answer.Status, string(answer.Body)}
	}
	return answer.Body, answer.Header, nil
}

// Answer is an HTTP answer that was read to its end and decompressed.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Get asks a host ("osu", "a", "assets", …) for a path with its query. Every status is an answer; redirects are not followed.
func (c *Client) Get(ctx context.Context, host, path string) (Answer, error) {
	req, err := c.request(ctx, http.MethodGet, host, path, nil)
	if err != nil {
		return Answer{}, err
	}
	return c.do(req)
}

// Post sends a form to a path of a host.
func (c *Client) Post(ctx context.Context, host, path string, form url.Values) (Answer, error) {
	req, err := c.request(ctx, http.MethodPost, host, path, strings.NewReader(form.Encode()))
	if err != nil {
		return Answer{}, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.do(req)
}

// Upload posts a body of a content type to a path of a host, with more headers when there are any.
func (c *Client) Upload(ctx context.Context, host, path, contentType string, more http.Header, body []byte) (Answer, error) {
	req, err := c.request(ctx, http.MethodPost, host, path, bytes.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	maps.Copy(req.Header, more)
	req.Header.Set("Content-Type", contentType)
	return c.do(req)
}

// Download asks a host for a path and copies the body of a 200 to a writer, at most limit bytes. The answer is without it;
// every other status has its body.
func (c *Client) Download(ctx context.Context, host, path string, to io.Writer, limit int64) (Answer, error) {
	req, err := c.request(ctx, http.MethodGet, host, path, nil)
	if err != nil {
		return Answer{}, err
	}
	req.Header.Del("Accept-Encoding") // what is downloaded is compressed already
	resp, err := c.send(req)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close()
	answer := Answer{Status: resp.StatusCode, Header: resp.Header}
	if resp.StatusCode != http.StatusOK {
		answer.Body, err = io.ReadAll(io.LimitReader(resp.Body, maxBody))
		return answer, err
	}
	n, err := io.Copy(to, io.LimitReader(resp.Body, limit+1))
	if err == nil && n > limit {
		err = fmt.Errorf("the answer is over %d bytes", limit)
	}
	return answer, err
}

func (c *Client) request(ctx context.Context, method, host, path string, body io.Reader) (*http.Request, error) {
	scheme := "http"
	if c.options.TLS != nil {
		scheme = "https"
	}
	req, err := http.NewRequestWithContext(ctx, method, scheme+"://"+host+"."+c.options.Domain+path, body)
	if err != nil {
		return nil, err
	}
	req.Header["User-Agent"] = []string{"osu!"}
	req.Header["Osu-Version"] = []string{c.options.Version}
	req.Header["Accept-Encoding"] = []string{"gzip, deflate"}
	return req, nil
}

// send sends a request. Its error does not tell the query, which may hold the password.
func (c *Client) send(req *http.Request) (*http.Response, error) {
	resp, err := c.http.Do(req)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return nil, fmt.Errorf("%s %s%s: %w", req.Method, req.URL.Host, req.URL.Path, err)
	}
	return resp, nil
}

func (c *Client) do(req *http.Request) (Answer, error) {
	resp, err := c.send(req)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close()
	reader := io.Reader(resp.Body)
	if resp.Header.Get("Content-Encoding") == "gzip" {
		if reader, err = gzip.NewReader(resp.Body); err != nil {
			return Answer{}, fmt.Errorf("compressed answer: %w", err)
		}
	}
	body, err := io.ReadAll(io.LimitReader(reader, maxBody+1))
	if err == nil && len(body) > maxBody {
		err = fmt.Errorf("the answer is over %d bytes", maxBody)
	}
	return Answer{resp.StatusCode, resp.Header, body}, err
}

// FormError is a registration that the server did not accept: messages by field ("username", "user_email", "password").
type FormError map[string][]string

func (e FormError) Error() string {
	return fmt.Sprintf("registration refused: %v", map[string][]string(e))
}

// Register makes the account as the game's own form does: a check first, then the registration. The error is a FormError
// when the server names what is wrong.
func (c *Client) Register(ctx context.Context, email string) error {
	for _, check := range []string{"1", "0"} {
		answer, err := c.Post(ctx, "osu", "/users", url.Values{
			"user[username]":   {c.options.Name},
			"user[user_email]": {email},
			"user[password]":   {c.options.Password},
			"check":            {check},
		})
		if err != nil {
			return err
		}
		if answer.Status == http.StatusOK || answer.Status == http.StatusNoContent {
			continue
		}
		var body struct {
			FormError struct {
				User FormError `json:"user"`
			} `json:"form_error"`
		}
		if json.Unmarshal(answer.Body, &body) == nil && len(body.FormError.User) > 0 {
			return body.FormError.User
		}
		return &StatusError{answer.Status, string(answer.Body)}
	}
	return nil
}

// PasswordMD5 returns what the game sends of the password.
func (c *Client) PasswordMD5() string { return md5Hex(c.options.Password) }

// Version returns the build that the client says it is.
func (c *Client) Version() string { return c.options.Version }

// Machine returns what the client says about its machine.
func (c *Client) Machine() (hashes packets.ClientHashes, uniqueIDs string) {
	return c.options.Hashes, c.options.UniqueIDs
}

// Credentials returns the query with which web endpoints know the player: style A ("us", "ha"), B ("u", "h") or C ("u", "p").
func (c *Client) Credentials(name, password string) url.Values {
	return url.Values{name: {c.options.Name}, password: {md5Hex(c.options.Password)}}
}

// StartUp is what a game that is started does, login included: it looks for updates, says that it is about to connect, logs
// in, and fetches the pictures, lists and scores of its main menu. The error names the request that failed.
func (c *Client) StartUp(ctx context.Context) error {
	connect := c.Credentials("u", "h")
	connect.Set("v", c.options.Version)
	connect.Set("fx", "dotnet4|dotnet4")
	connect.Set("ch", c.options.Hashes.String())
	connect.Set("retry", "0")
	update := url.Values{"action": {"check"}, "stream": {"stable40"}, "time": {strconv.FormatInt(time.Now().UnixMilli(), 10)}}
	for _, path := range []string{
		"/web/check-updates.php?" + update.Encode(),
		"/web/bancho_connect.php?" + connect.Encode(),
	} {
		if err := c.fetch(ctx, "osu", path); err != nil {
			return err
		}
	}
	if err := c.Login(ctx); err != nil {
		return fmt.Errorf("login: %w", err)
	}
	lastFM := c.Credentials("us", "ha")
	lastFM.Set("action", "np")
	lastFM.Set("b", "a0")
	for _, target := range [][2]string{
		{"assets", "/menu-content.json"},
		{"osu", "/web/osu-getseasonal.php"},
		{"a", "/" + strconv.Itoa(int(c.ID()))},
		{"osu", "/web/osu-getfriends.php?" + c.Credentials("u", "h").Encode()},
		{"osu", "/web/lastfm.php?" + lastFM.Encode()},
	} {
		if err := c.fetch(ctx, target[0], target[1]); err != nil {
			return err
		}
	}
	return nil
}

// fetch expects status 200.
func (c *Client) fetch(ctx context.Context, host, path string) error {
	answer, err := c.Get(ctx, host, path)
	if err == nil && answer.Status != http.StatusOK {
		path, _, _ = strings.Cut(path, "?") // the query holds the password
		err = fmt.Errorf("%s%s: %w", host, path, &StatusError{answer.Status, string(answer.Body)})
	}
	return err
}
