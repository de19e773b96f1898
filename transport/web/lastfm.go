package web

import (
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/pure-peace/peace/modules/moderation"
	"github.com/pure-peace/peace/modules/users"
)

// programFlag is what a client says about the programs that run beside it, in a call that was once about music.
type programFlag struct {
	name   string
	weight int32
}

// programFlags are by their bits, the first of which is firstProgramFlag. Source: osuAkatsuki/bancho.py
// app/constants/clientflags.py. Weights are ours: what ordinary machines show weighs little.
var programFlags = [...]programFlag{
	{"ld flag", 10}, {"console open", 10}, {"extra threads", 20}, {"hq assembly", 80}, {"hq file", 80}, {"registry edits", 60},
	{"sdl2 library", 20}, {"openssl library", 20}, {"aqn menu sample", 80},
}

const firstProgramFlag = 14

// lastFM tells the client not to send what is being listened to, and keeps what it tells about itself.
func (s *Server) lastFM(w http.ResponseWriter, r *http.Request, user users.User) {
	text(w, "-3")
	if s.deps.Moderation == nil {
		return
	}
	finding, ok := programFinding(r.URL.Query().Get("b"))
	if !ok {
		return
	}
	finding.UserID = user.ID
	if _, err := s.deps.Moderation.Report(r.Context(), finding); err != nil {
		s.deps.Log.LogAttrs(r.Context(), slog.LevelWarn, "a client's flags were lost", slog.Int64("user", int64(user.ID)), slog.Any("error", err))
	}
}

// programFinding reads the parameter b, in which flags follow an "a"; anything else is a beatmap.
func programFinding(b string) (moderation.Finding, bool) {
	digits, ok := strings.CutPrefix(b, "a")
	if !ok {
		return moderation.Finding{}, false
	}
	flags, err := strconv.ParseUint(digits, 10, 32)
	if err != nil || flags == 0 {
		return moderation.Finding{}, false
	}
	finding := moderation.Finding{Kind: "client_programs", Weight: 1}
	var names []string
	for bit, flag := range programFlags {
		if flags&(1<<(firstProgramFlag+bit)) != 0 {
			names = append(names, flag.name)
			finding.Weight = max(finding.Weight, flag.weight)
		}
	}
	finding.Detail = "flags " + strconv.FormatUint(flags, 10)
	if len(names) > 0 {
		finding.Detail += ": " + strings.Join(names, ", ")
	}
	return finding, true
}
