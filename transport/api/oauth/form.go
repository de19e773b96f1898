package oauth

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pure-peace/peace/modules/oauth"
)

// maxFields bounds the fields of a form; no grant has more than eight.
const maxFields = 32

// form is a request for a token. Nothing of it comes from the query, which ends up in logs.
type form map[string]string

func malformed(message string) error { return oauth.ErrBadRequest.WithMessage(message) }

// readForm reads the body: multipart, as lazer sends it, urlencoded, as RFC 6749 has it, or a JSON object, as some libraries do.
func readForm(r *http.Request) (form, error) {
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, malformed("the form has no content type")
	}
	f := form{}
	switch media {
	case "multipart/form-data":
		err = f.parts(multipart.NewReader(r.Body, params["boundary"]))
	case "application/x-www-form-urlencoded":
		err = f.urlencoded(r.Body)
	case "application/json":
		err = f.object(r.Body)
	default:
		err = malformed("the form is neither multipart nor urlencoded")
	}
	if err != nil && !errors.Is(err, oauth.ErrBadRequest) && !errors.As(err, new(*http.MaxBytesError)) {
		err = malformed("the form cannot be read")
	}
	return f, err
}

// add takes a field. One that is there twice could mean two things to two readers, so it means nothing to this one.
func (f form) add(name, value string) error {
	if _, ok := f[name]; ok {
		return malformed("a field is there twice")
	}
	if len(f) >= maxFields || !utf8.ValidString(name) || !utf8.ValidString(value) {
		return malformed("the form cannot be read")
	}
	f[name] = value
	return nil
}

func (f form) parts(reader *multipart.Reader) error {
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if part.FormName() == "" || part.FileName() != "" {
			return malformed("the form has a part that is no field")
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return err
		}
		if err := f.add(part.FormName(), string(value)); err != nil {
			return err
		}
	}
}

func (f form) urlencoded(body io.Reader) error {
	text, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	values, err := url.ParseQuery(string(text))
	if err != nil {
		return err
	}
	for name, list := range values {
		for _, value := range list {
			if err := f.add(name, value); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f form) object(body io.Reader) error {
	decoder := json.NewDecoder(body)
	decoder.UseNumber()
	var object map[string]any
	if err := decoder.Decode(&object); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return malformed("something follows the form")
	}
	for name, value := range object {
		var err error
		switch value := value.(type) {
		case nil:
		case string:
			err = f.add(name, value)
		case json.Number:
			err = f.add(name, value.String())
		case []any: // of scopes
			var words []string
			if words, err = texts(value); err == nil {
				err = f.add(name, strings.Join(words, " "))
			}
		default:
			err = malformed("a field is neither text nor a number")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// texts returns a list of texts.
func texts(list []any) ([]string, error) {
	if len(list) > maxFields {
		return nil, malformed("a list is too long")
	}
	out := make([]string, 0, len(list))
	for _, value := range list {
		s, ok := value.(string)
		if !ok {
			return nil, malformed("a list has something else than texts")
		}
		out = append(out, s)
	}
	return out, nil
}

// need refuses a form that lacks a field.
func (f form) need(names ...string) error {
	for _, name := range names {
		if f[name] == "" {
			return missing(name)
		}
	}
	return nil
}

// client returns which client asks: by the form, or by HTTP's basic authentication, but not by both. That of the server's own
// pages is known by being inside, so from outside it is unknown.
func (f form) client(r *http.Request) (oauth.Client, error) {
	id, secret := f["client_id"], f["client_secret"]
	if user, password, ok := r.BasicAuth(); ok {
		if secret != "" {
			return oauth.Client{}, malformed("the client authenticates in two ways")
		}
		// RFC 6749, 2.3.1: encoded as in a form first.
		basicID, errID := url.QueryUnescape(user)
		basicSecret, errSecret := url.QueryUnescape(password)
		if errID != nil || errSecret != nil || id != "" && id != basicID {
			return oauth.Client{}, oauth.ErrBadClient
		}
		id, secret = basicID, basicSecret
	}
	if id == "" {
		return oauth.Client{}, missing("client_id")
	}
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n != oauth.GameClient && n < oauth.FirstClient || secret == "" {
		return oauth.Client{}, oauth.ErrBadClient
	}
	return oauth.Client{ID: n, Secret: secret}, nil
}
