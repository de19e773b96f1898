package v2

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
)

// Bounds of a form.
const (
	maxFields = 200
	maxDepth  = 4 // of nested JSON objects
)

var (
	errForm      = Refuse(http.StatusUnprocessableEntity, "the form cannot be read")
	errFields    = Refuse(http.StatusUnprocessableEntity, "the form has too many fields")
	errMediaType = Refuse(http.StatusUnsupportedMediaType, "a form is multipart, urlencoded or a JSON object")
)

// Form reads the fields of the request: those of the body, which is a form of at most maxBytes in either encoding or a JSON
// object, and those of the query that the body has not. lazer sends multipart forms, browsers and libraries all three. Nested
// JSON becomes names as forms write them, "comment[message]" and "ids[]"; null is absent and booleans are "1" and "0". Files in
// a form are left out.
func (r *Request) Form(maxBytes int64) (url.Values, error) {
	fields, err := r.fields(maxBytes)
	if err != nil {
		return nil, err
	}
	for name, given := range r.values() {
		if _, ok := fields[name]; !ok {
			fields[name] = given
		}
	}
	return fields, nil
}

func (r *Request) fields(maxBytes int64) (url.Values, error) {
	body, err := r.body(maxBytes)
	if err != nil {
		return nil, err
	}
	if len(body) == 0 {
		return url.Values{}, nil
	}
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, errMediaType
	}
	switch media {
	case "multipart/form-data":
		return parts(body, params["boundary"])
	case "application/x-www-form-urlencoded":
		fields, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, errForm
		}
		if len(fields) > maxFields {
			return nil, errFields
		}
		return fields, nil
	case "application/json":
		fields := url.Values{}
		if err := flatten(fields, body); err != nil {
			return nil, err
		}
		return fields, nil
	}
	return nil, errMediaType
}

// parts reads a multipart form.
func parts(body []byte, boundary string) (url.Values, error) {
	fields := url.Values{}
	reader := multipart.NewReader(bytes.NewReader(body), boundary)
	for n := 0; ; n++ {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return fields, nil
		}
		if err != nil {
			return nil, errForm
		}
		if n >= maxFields {
			return nil, errFields
		}
		if part.FileName() != "" || part.FormName() == "" {
			continue
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return nil, errForm
		}
		fields.Add(part.FormName(), string(value))
	}
}

// flatten reads a JSON object as a form.
func flatten(fields url.Values, body []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber() // ids would lose digits
	var object map[string]any
	if err := decoder.Decode(&object); err != nil {
		return errForm
	}
	return addFields(fields, "", object, maxDepth)
}

func addFields(fields url.Values, name string, value any, depth int) error {
	if len(fields) > maxFields || len(fields[name]) > maxFields {
		return errFields
	}
	if depth < 0 {
		return errForm
	}
	switch value := value.(type) {
	case nil:
	case string:
		fields.Add(name, value)
	case json.Number:
		fields.Add(name, value.String())
	case bool:
		fields.Add(name, map[bool]string{false: "0", true: "1"}[value])
	case []any:
		for i, element := range value {
			within := name + "[]"
			if _, object := element.(map[string]any); object {
				within = name + "[" + strconv.Itoa(i) + "]" // its fields belong together
			}
			if err := addFields(fields, within, element, depth-1); err != nil {
				return err
			}
		}
	case map[string]any:
		for key, element := range value {
			within := key
			if name != "" {
				within = name + "[" + key + "]"
			}
			if err := addFields(fields, within, element, depth-1); err != nil {
				return err
			}
		}
	}
	return nil
}
