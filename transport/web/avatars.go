package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pure-peace/peace/modules/files/picture"
)

// avatarAge is how long browsers and proxies may show an avatar without asking whether it changed. The client keeps it for
// a session and changes the address when it wants a new one.
const avatarAge = "public, max-age=300"

// avatarExtensions are tried in this order. They name files for people: what a file is, its content says.
var avatarExtensions = []string{".png", ".jpg", ".jpeg", ".gif", ""}

// Avatars returns the handler of the a host: /1000, /1000_1755000000.png and the like. Whoever has no avatar, or does not
// exist, has the default one.
func (s *Server) Avatars() http.Handler {
	standard := sync.OnceValue(newStandardAvatar)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		id, ok := avatarID(r.URL.Path)
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		h := w.Header()
		h.Set("Cache-Control", avatarAge)
		h.Set("X-Content-Type-Options", "nosniff")
		if !s.serveAvatar(w, r, id) {
			standard().serve(w, r)
		}
	})
}

// avatarID reads the user id of a path: digits, and after a dot or an underscore anything. Ids below 0 stand for users without a
// game, and those that are too large for nobody: they have no avatar, and the client must still get a picture.
func avatarID(path string) (string, bool) {
	name := strings.TrimPrefix(path, "/")
	if i := strings.IndexAny(name, "._"); i >= 0 {
		name = name[:i]
	}
	id, err := strconv.ParseInt(name, 10, 32)
	return strconv.FormatInt(id, 10), err == nil || errors.Is(err, strconv.ErrRange)
}

// serveAvatar answers with the file of an id and reports whether there is one that is a picture.
func (s *Server) serveAvatar(w http.ResponseWriter, r *http.Request, id string) bool {
	root, err := s.openAvatars()
	if err != nil {
		return false
	}
	defer root.Close()
	for _, extension := range avatarExtensions {
		if servePicture(w, r, root, id+extension) {
			return true
		}
	}
	return false
}

// servePicture answers with a file and reports whether it is there and a picture.
func servePicture(w http.ResponseWriter, r *http.Request, root *os.Root, name string) bool {
	file, err := root.Open(name)
	if err != nil {
		return false
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	kind, ok := pictureType(file)
	if !ok {
		return false
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("ETag", fmt.Sprintf(`"%x-%x"`, info.ModTime().UnixNano(), info.Size()))
	http.ServeContent(w, r, "", info.ModTime(), file)
	return true
}

// pictureType judges a file by its first bytes.
func pictureType(file *os.File) (string, bool) {
	head := make([]byte, 16)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", false
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return "", false
	}
	format, ok := picture.FormatOf(head[:n])
	return format.ContentType(), ok
}

// standardAvatar is the picture of everybody who has none.
type standardAvatar struct {
	png []byte
	tag string
}

func newStandardAvatar() standardAvatar {
	png := drawAvatar(256)
	sum := sha256.Sum256(png)
	return standardAvatar{png, `"` + hex.EncodeToString(sum[:8]) + `"`}
}

func (a standardAvatar) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "image/png")
	h.Set("ETag", a.tag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(a.png))
}
