package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/time/rate"
)

// Bounds of what a source answers.
const (
	maxJSON      = 4 << 20 // bytes of metadata: the largest sets have a few hundred KiB
	maxRedirects = 5
	maxRetry     = time.Hour // of what a source may ask to be left alone
)

// errPrivate says that an address is inside of the own network.
var errPrivate = errors.New("source: the address is not on the internet")

// client speaks HTTP to one source.
type client struct {
	http  *http.Client
	agent string
	rate  *rate.Limiter
	stall time.Duration
}

func newClient(cfg Config, perMinute int) *client {
	return &client{
		http: &http.Client{Transport: transport(cfg.Private), CheckRedirect: redirect}, agent: cfg.UserAgent, stall: cfg.Stall,
		rate: rate.NewLimiter(rate.Every(time.Minute/time.Duration(perMinute)), max(1, perMinute/6)),
	}
}

// transport connects to public addresses only, unless it may connect to private ones. The address is judged after the name
// was looked up, right before the connection is made: what a name server says first does not matter.
func transport(private bool) *http.Transport {
	dialer := net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	if !private {
		dialer.Control = func(_, address string, _ syscall.RawConn) error {
			ap, err := netip.ParseAddrPort(address)
			if err != nil || !public(ap.Addr()) {
				return fmt.Errorf("%w: %s", errPrivate, address)
			}
			return nil
		}
	}
	return &http.Transport{
		DialContext: dialer.DialContext, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 10 * time.Second,
		ResponseHeaderTimeout: 5 * time.Minute, MaxResponseHeaderBytes: 64 << 10,
		MaxIdleConnsPerHost: 2, MaxConnsPerHost: 8, IdleConnTimeout: 30 * time.Second,
	}
}

// reserved are the networks that package netip has no name for: shared and test addresses, those of protocols, and those that
// carry an IPv4 address inside which this machine's network might translate.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
}

// public reports whether an address is one of the internet.
func public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return false
	}
	for _, network := range reserved {
		if network.Contains(a) {
			return false
		}
	}
	return true
}

func redirect(r *http.Request, via []*http.Request) error {
	switch {
	case len(via) > maxRedirects:
		return errors.New("source: too many redirects")
	case r.URL.Scheme != "https" && (r.URL.Scheme != "http" || via[len(via)-1].URL.Scheme == "https"):
		return fmt.Errorf("source: redirected to an address with the scheme %q", r.URL.Scheme)
	}
	return nil
}

// do sends a request in its turn and returns an answer with status 200, whose body the caller closes.
func (c *client) do(ctx context.Context, method, url string, body io.Reader, header http.Header) (*http.Response, error) {
	if err := c.rate.Wait(ctx); err != nil {
		return nil, fmt.Errorf("%w: %w", errTurn, err)
	}
	request, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return nil, err
	}
	if header != nil {
		request.Header = header.Clone()
	}
	request.Header.Set("User-Agent", c.agent)
	response, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode == http.StatusOK {
		return response, nil
	}
	defer response.Body.Close()
	_, _ = io.CopyN(io.Discard, response.Body, 4<<10) // so that the connection can be used again
	return nil, refusal(response)
}

// status is the failure of an answer with a status that means nothing in particular.
type status int

func (s status) Error() string { return "source: answered with status " + strconv.Itoa(int(s)) }

// refusal says what an answer other than 200 means.
func refusal(r *http.Response) error {
	switch r.StatusCode {
	case http.StatusNotFound, http.StatusGone, http.StatusUnavailableForLegalReasons,
		http.StatusBadRequest, http.StatusUnprocessableEntity: // how some say that there is no such id
		return ErrNone
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return &Busy{r.StatusCode, retryAfter(r.Header.Get("Retry-After"))}
	}
	return status(r.StatusCode)
}

// retryAfter reads the header of that name, which has seconds or a date.
func retryAfter(text string) time.Duration {
	var wait time.Duration
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		wait = time.Until(at)
	}
	return min(max(wait, 0), maxRetry)
}

// read gets a body of at most limit bytes.
func (c *client) read(ctx context.Context, url string, header http.Header, limit int64) ([]byte, error) {
	response, err := c.do(ctx, http.MethodGet, url, nil, header)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return bounded(response, limit)
}

func bounded(response *http.Response, limit int64) ([]byte, error) {
	if response.ContentLength > limit {
		return nil, fmt.Errorf("source: the answer has %d bytes", response.ContentLength)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(body)) > limit:
		return nil, fmt.Errorf("source: the answer has more than %d bytes", limit)
	}
	return body, nil
}
