package buckettest

import (
	"encoding/xml"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// list answers with a page of the objects, by name.
func (s *Store) list(w http.ResponseWriter, query url.Values) {
	type contents struct {
		Key          string
		LastModified time.Time
		ETag         string
		Size         int
	}
	page := struct {
		XMLName               xml.Name `xml:"ListBucketResult"`
		Name, Prefix          string
		KeyCount              int
		MaxKeys               int
		IsTruncated           bool
		EncodingType          string
		NextContinuationToken string
		Contents              []contents
	}{Name: s.Bucket, Prefix: query.Get("prefix"), MaxKeys: 1000, EncodingType: query.Get("encoding-type")}
	if n, err := strconv.Atoi(query.Get("max-keys")); err == nil && n > 0 {
		page.MaxKeys = min(n, 1000)
	}
	after := query.Get("continuation-token")
	if after == "" {
		after = query.Get("start-after")
	}
	for _, key := range slices.Sorted(maps.Keys(s.objects)) {
		if key <= after || !strings.HasPrefix(key, page.Prefix) {
			continue
		}
		if len(page.Contents) == page.MaxKeys {
			page.IsTruncated = true
			break
		}
		o := s.objects[key]
		page.NextContinuationToken = key
		if page.EncodingType == "url" {
			key = url.QueryEscape(key)
		}
		page.Contents = append(page.Contents, contents{key, o.stored.UTC(), o.tag, len(o.data)})
	}
	if !page.IsTruncated {
		page.NextContinuationToken = ""
	}
	page.KeyCount = len(page.Contents)
	answer(w, page)
}

// listUploads answers with all uploads under way.
func (s *Store) listUploads(w http.ResponseWriter, query url.Values) {
	type entry struct {
		Key       string
		UploadId  string
		Initiated time.Time
	}
	page := struct {
		XMLName        xml.Name `xml:"ListMultipartUploadsResult"`
		Bucket, Prefix string
		IsTruncated    bool
		Upload         []entry
	}{Bucket: s.Bucket, Prefix: query.Get("prefix")}
	for id, u := range s.uploads {
		if strings.HasPrefix(u.key, page.Prefix) {
			page.Upload = append(page.Upload, entry{u.key, id, u.began.UTC()})
		}
	}
	slices.SortFunc(page.Upload, func(a, b entry) int { return strings.Compare(a.Key, b.Key) })
	answer(w, page)
}
