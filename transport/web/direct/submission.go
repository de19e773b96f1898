package direct

import (
	"net/http"

	"github.com/go-chi/chi/v5"
)

// notOffered is a refusal of beatmap submission in the form of its protocol: the code for a text of the server's own, and the
// text, which the editor shows. By osuTitanic/deck.
const notOffered = "5\nThis server takes no beatmaps from the editor. Ask its staff how to add yours."

// submission adds the endpoints with which the editor submits beatmaps. All of them refuse, before a byte of a package is
// read; what asks for parts of packages is told that there are none.
func (s *Server) submission(r chi.Router) {
	refuse := func(w http.ResponseWriter, r *http.Request) {
		if r.Body != nil && r.ContentLength != 0 {
			w.Header().Set("Connection", "close") // what is still being sent is not worth reading
		}
		text(w, notOffered)
	}
	for _, name := range []string{
		"osu-osz2-bmsubmit-getid.php", "osu-osz2-bmsubmit-upload.php", "osu-osz2-bmsubmit-post.php", "osu-get-beatmap-topic.php",
		"osu-bmsubmit-getid.php", "osu-bmsubmit-getid2.php", "osu-bmsubmit-getid3.php", "osu-bmsubmit-getid4.php",
		"osu-bmsubmit-getid5.php", "osu-bmsubmit-upload.php", "osu-bmsubmit-novideo.php", "osu-bmsubmit-post.php",
		"osu-bmsubmit-post2.php", "osu-bmsubmit-post3.php",
	} {
		r.Get("/web/"+name, refuse)
		r.Post("/web/"+name, refuse)
	}
	for _, name := range []string{
		"osu-gethashes.php", "osu-osz2-getfileinfo.php", "osu-osz2-getrawheader.php", "osu-osz2-getfilecontents.php", "osu-magnet.php",
	} {
		r.HandleFunc("/web/"+name, empty(http.StatusNotFound))
	}
}
