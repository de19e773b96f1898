package v2

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/pure-peace/peace/modules/oauth"
	"github.com/pure-peace/peace/transport/http/limit"
	"github.com/pure-peace/peace/transport/http/realip"
)

// Request is what an endpoint is asked. It belongs to one request and is not safe for concurrent use.
type Request struct {
	*http.Request
	Token   oauth.Token // zero when there is none
	Version int         // of the API that the client was written for, as yyyymmdd; 0 when it says nothing

	api    *API
	header http.Header // of the answer
	query  url.Values
}

// Cache sets the Cache-Control of the answer; without it nobody keeps the answer.
func (r *Request) Cache(control string) { r.header.Set("Cache-Control", control) }

// UserID is the user whom the token acts for; 0 when there is none.
func (r *Request) UserID() int32 { return r.Token.UserID }

// Address is whence the request came; the zero Addr when that is unknown.
func (r *Request) Address() netip.Addr { return realip.ClientIP(r.Context()) }

// Param returns a parameter of the path.
func (r *Request) Param(name string) string {
	escaped := chi.URLParam(r.Request, name)
	plain, err := url.PathUnescape(escaped)
	if err != nil {
		return escaped
	}
	return plain
}

// ID returns a parameter of the path that is an id. What is no positive number of 31 bits is a 404.
func (r *Request) ID(name string) (int32, error) {
	id, err := strconv.ParseInt(r.Param(name), 10, 32)
	if err != nil || id <= 0 {
		return 0, NotFound(name)
	}
	return int32(id), nil
}

// LongID is ID for numbers of 63 bits.
func (r *Request) LongID(name string) (int64, error) {
	id, err := strconv.ParseInt(r.Param(name), 10, 64)
	if err != nil || id <= 0 {
		return 0, NotFound(name)
	}
	return id, nil
}

func (r *Request) values() url.Values {
	if r.query == nil {
		r.query = r.URL.Query()
	}
	return r.query
}

// Text returns a parameter of the query; "" when it is absent.
func (r *Request) Text(name string) string { return r.values().Get(name) }

// Number returns a number of the query: def when it is absent, and the nearest of min and max when it is beyond them. What is no
// number is a 422.
func (r *Request) Number(name string, def, least, most int) (int, error) {
	given := r.Text(name)
	if given == "" {
		return def, nil
	}
	n, err := strconv.Atoi(given)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, Refuse(http.StatusUnprocessableEntity, name+" must be a number")
	}
	return min(max(n, least), most), nil // out of its range, Atoi returns the nearest int
}

// maxOffset bounds how far lists can be paged through.
const maxOffset = 10_000

// Window returns which part of a list is wanted: by offset, and by limit, which is def when it is absent and at most most. A limit of
// 0 is behind the end of every list, so that who pages on until nothing comes gets there.
func (r *Request) Window(def, most int) (offset, limit int, err error) {
	if limit, err = r.Number("limit", def, 1, most); err != nil {
		return 0, 0, err
	}
	if offset, err = r.Number("offset", 0, 0, maxOffset); err != nil {
		return 0, 0, err
	}
	return offset, min(limit, maxOffset-offset), nil
}

// Flag reports whether a parameter of the query is true or 1.
func (r *Request) Flag(name string) bool { return truth(r.Text(name)) }

func truth(text string) bool { return text == "1" || strings.EqualFold(text, "true") }

// Texts returns a list of the query, which is written name[]=a&name[]=b, name[0]=a or name=a. More than max are a 422.
func (r *Request) Texts(name string, most int) ([]string, error) { return list(r.values(), name, most) }

func list(values url.Values, name string, most int) ([]string, error) {
	out := slices.Concat(values[name], values[name+"[]"])
	if len(out) == 0 {
		// An index says where an element stands, but nobody leaves the order of an answer to it.
		for i := 0; i < most+1; i++ {
			element, ok := values[name+"["+strconv.Itoa(i)+"]"]
			if !ok {
				break
			}
			out = append(out, element...)
		}
	}
	if len(out) > most {
		return nil, Refuse(http.StatusUnprocessableEntity, "at most "+strconv.Itoa(most)+" "+name+" at once")
	}
	return out, nil
}

// IDs returns a list of ids of the query, each once, in the order given. What is no id is left out; more than max are a 422.
func (r *Request) IDs(name string, most int) ([]int32, error) {
	texts, err := r.Texts(name, most)
	if err != nil {
		return nil, err
	}
	ids := make([]int32, 0, len(texts))
	for _, t := range texts {
		if id, err := strconv.ParseInt(t, 10, 32); err == nil && id > 0 && !slices.Contains(ids, int32(id)) {
			ids = append(ids, int32(id))
		}
	}
	return ids, nil
}

// JSON reads the body, of at most maxBytes, into a value. A body that is none of it is a 422.
func (r *Request) JSON(into any, maxBytes int64) error {
	body, err := r.body(maxBytes)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, into); err != nil {
		return Refuse(http.StatusUnprocessableEntity, "the body is not the JSON that is expected here")
	}
	return nil
}

func (r *Request) body(maxBytes int64) ([]byte, error) {
	return io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBytes))
}

// Spend counts an endpoint that does as much as several requests: every request has spent 1 already. What is beyond the limit
// is a 429.
func (r *Request) Spend(cost int) error {
	key := limit.AddressKey(r.Address())
	if r.Token.ID != 0 {
		key = limit.NumberKey(r.Token.ID)
	}
	left, retry, ok := r.api.rate.Spend(key, cost)
	r.header.Set("X-RateLimit-Limit", strconv.Itoa(r.api.perMin))
	r.header.Set("X-RateLimit-Remaining", strconv.Itoa(left))
	if !ok {
		r.header.Set("Retry-After", strconv.Itoa(int((retry+time.Second-1)/time.Second)))
		return Refuse(http.StatusTooManyRequests, "Too many requests, slow down.")
	}
	return nil
}

// route is the pattern of the endpoint.
func (r *Request) route() string { return chi.RouteContext(r.Context()).RoutePattern() }

// version reads the header x-api-version.
func version(header string) int {
	n, err := strconv.Atoi(header)
	if err != nil || n < 0 || n > 99999999 {
		return 0
	}
	return n
}
