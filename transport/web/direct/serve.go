package direct

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/files"
)

// Ages that caches are told. A picture of a set changes with the set, under the same address.
const (
	pictureAge = "public, max-age=86400"
	archiveAge = "no-cache" // ask whether it has changed
)

// send answers with a file from where it is to be had. Parts of it can be asked for.
func (s *Server) send(w http.ResponseWriter, r *http.Request, where beatmaps.Archive, kind, age string) {
	if where.Key == "" {
		if where.URL == "" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		http.Redirect(w, r, where.URL, http.StatusFound)
		return
	}
	file, err := files.Open(r.Context(), s.deps.Files, where.Key)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	defer file.Close()
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", age)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("ETag", tag(file.Blob))
	if where.Name != "" {
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": where.Name}))
	}
	http.ServeContent(w, r, "", file.Blob.StoredAt, file)
}

// tag tells versions of a file apart, by its content where the store knows it.
func tag(b files.Blob) string {
	if b.SHA256 != "" {
		return strconv.Quote(b.SHA256)
	}
	return fmt.Sprintf(`"%x-%x"`, b.StoredAt.UnixNano(), b.Size)
}

// fail answers a request for a file that cannot be had.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, beatmaps.ErrNoArchive):
		w.WriteHeader(http.StatusUnavailableForLegalReasons) // which the client explains to the player
	case fault.KindOf(err) == fault.NotFound:
		w.WriteHeader(http.StatusNotFound)
	default:
		s.deps.Players.Refuse(w, r, err)
	}
}

// download is a set's archive: /d/1, /d/1n without its videos, /d/1 Artist - Title.osz.
func (s *Server) download(w http.ResponseWriter, r *http.Request) {
	id, withoutVideo, ok := archiveOf(strings.TrimPrefix(r.URL.Path, "/d/"))
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	where, err := s.deps.Beatmaps.Archive(r.Context(), id, withoutVideo)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.send(w, r, where, "application/octet-stream", archiveAge)
}

// archiveOf reads the last part of a download's path.
func archiveOf(name string) (id int32, withoutVideo, ok bool) {
	end := strings.IndexFunc(name, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(name)
	}
	rest, withoutVideo := strings.CutPrefix(name[end:], "n")
	if id = number(name[:end]); id == 0 || rest != "" && rest[0] != ' ' && rest[0] != '.' {
		return 0, false, false
	}
	return id, withoutVideo, true
}

// medium answers with a picture or a sound of a set.
func (s *Server) medium(w http.ResponseWriter, r *http.Request, setID int32, medium beatmaps.Medium) {
	where, err := s.deps.Beatmaps.Media(r.Context(), setID, medium)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	kind := "image/jpeg"
	if medium == beatmaps.Preview {
		kind = "audio/mpeg"
		if strings.HasSuffix(where.Key, ".ogg") {
			kind = "audio/ogg"
		}
	}
	where.Name = "" // shown, not saved
	s.send(w, r, where, kind, pictureAge)
}

// picture is a thumbnail: 1.jpg, or 1l.jpg for the larger one.
func (s *Server) picture(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimSuffix(lastPart(r), ".jpg")
	name, large := strings.CutSuffix(name, "l")
	medium := beatmaps.Thumbnail
	if large {
		medium = beatmaps.ThumbnailLarge
	}
	if id := number(name); id > 0 {
		s.medium(w, r, id, medium)
		return
	}
	w.WriteHeader(http.StatusNotFound)
}

// preview is ten seconds of a set's song: 1.mp3, whatever it is.
func (s *Server) preview(w http.ResponseWriter, r *http.Request) {
	name := lastPart(r)
	for _, extension := range []string{".mp3", ".ogg"} {
		name = strings.TrimSuffix(name, extension)
	}
	if id := number(name); id > 0 {
		s.medium(w, r, id, beatmaps.Preview)
		return
	}
	w.WriteHeader(http.StatusNotFound)
}

// covers are the names that the official site gives to the pictures of a set.
var covers = map[string]beatmaps.Medium{
	"cover": beatmaps.Cover, "cover@2x": beatmaps.CoverLarge, "card": beatmaps.Card, "card@2x": beatmaps.CardLarge,
	"list": beatmaps.List, "list@2x": beatmaps.ListLarge, "slimcover": beatmaps.Slimcover, "slimcover@2x": beatmaps.Slimcover,
}

func (s *Server) cover(w http.ResponseWriter, r *http.Request) {
	id, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/beatmaps/"), "/")
	name, isJPEG := strings.CutSuffix(strings.TrimPrefix(rest, "covers/"), ".jpg")
	medium, known := covers[name]
	if set := number(id); set > 0 && known && isJPEG {
		s.medium(w, r, set, medium)
		return
	}
	w.WriteHeader(http.StatusNotFound)
}

// lastPart returns what is behind the last slash of a path, decoded: chi's own parameters are so only sometimes.
func lastPart(r *http.Request) string { return r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:] }

// file is a beatmap's .osu file by its name, its id or its MD5: how the client updates a beatmap.
func (s *Server) file(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/web/maps/"), "/osu/")
	key := beatmaps.Key{ID: number(name), MD5: md5Of(name)}
	if key == (beatmaps.Key{}) {
		key.File = strings.ToValidUTF8(name, "")
	}
	if name == "" || len(name) > 512 {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	found, err := s.deps.Beatmaps.Beatmaps(r.Context(), []beatmaps.Key{key})
	switch {
	case err != nil:
		s.fail(w, r, err)
	case len(found) == 1 && found[0].Beatmap.HasFile:
		b := found[0].Beatmap
		s.send(w, r, beatmaps.Archive{Key: beatmaps.FileKey(b.MD5), Name: b.File}, "text/plain; charset=utf-8", archiveAge)
	case s.cfg.Upstream == "" || len(found) == 1 && found[0].Beatmap.ID >= beatmaps.FirstLocalID:
		w.WriteHeader(http.StatusNotFound)
	default:
		http.Redirect(w, r, s.cfg.Upstream+r.URL.EscapedPath(), http.StatusFound)
	}
}
