package scores

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/netip"

	"golang.org/x/sync/semaphore"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/osu/submission"
	"github.com/pure-peace/peace/transport/http/limit"
	"github.com/pure-peace/peace/transport/web"
)

// errCrowded says that too many submissions are being read.
var errCrowded = fault.New(fault.Unavailable, "web", "crowded", "too many submissions are being read")

// errInterrupted says that the connection broke, or was too slow.
var errInterrupted = errors.New("the submission did not arrive")

// malformed are the ways in which a submission cannot be read, now or ever.
var malformed = []error{
	submission.ErrForm, submission.ErrTruncated, submission.ErrTooLarge, submission.ErrMissing, submission.ErrTwice,
	submission.ErrField, submission.ErrSealed, submission.ErrScore,
}

// answer answers a submission. The client keeps what is answered with an error status, and sends it again.
//
// A player who is not online gets 503, not the 401 of the other endpoints: his session may have ended with a restart of the
// client or of the network while he played, and all that he has to do is to log in, which his client does by itself. By
// osuAkatsuki/bancho.py, whose empty body has the same effect.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, charts []byte, err error) {
	refusal, refused := refusalOf(err)
	switch {
	case err == nil:
		s.metrics.submissions.WithLabelValues("charts").Inc()
		answerText(w, charts)
	case refused:
		s.metrics.submissions.WithLabelValues(string(refusal)).Inc()
		if refusal != err { //nolint:errorlint // a refusal that is no other error needs no explanation
			s.deps.Log.LogAttrs(r.Context(), slog.LevelDebug, "a submission cannot be read", slog.Any("error", err))
		}
		answerText(w, []byte(refusal.Body()))
	case errors.Is(err, web.ErrOffline):
		s.metrics.submissions.WithLabelValues("offline").Inc()
		w.Header().Set("Retry-After", "10")
		w.WriteHeader(http.StatusServiceUnavailable)
	case errors.Is(err, errInterrupted):
		s.metrics.submissions.WithLabelValues("interrupted").Inc()
		w.WriteHeader(http.StatusBadRequest)
	default:
		s.metrics.submissions.WithLabelValues("later").Inc()
		s.fail(w, r, err)
	}
}

// refusalOf returns the final answer that an error is.
func refusalOf(err error) (submission.Refusal, bool) {
	var refusal submission.Refusal
	if errors.As(err, &refusal) {
		return refusal, true
	}
	for _, m := range malformed {
		if errors.Is(err, m) {
			return submission.RefusedSilently, true
		}
	}
	return "", false
}

func answerText(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write(body)
}

// upload is the body of a submission. Who sends it is known only when all of it is read, so what all of them have in memory
// is bounded: by what has come, not by what was announced, so that nobody blocks others with promises; and no single address
// can have all of it.
type upload struct {
	body   io.Reader
	budget *semaphore.Weighted
	share  *limit.Share
	place  netip.Addr
	taken  int64 // of the budget
	read   int64
}

// uploadStep is how much of the budget is taken at once.
const uploadStep = 64 << 10

// Read implements io.Reader.
func (u *upload) Read(p []byte) (int, error) {
	if u.read == u.taken {
		if !u.share.Take(u.place, uploadStep) {
			return 0, errCrowded
		}
		if !u.budget.TryAcquire(uploadStep) {
			u.share.Give(u.place, uploadStep)
			return 0, errCrowded
		}
		u.taken += uploadStep
	}
	n, err := u.body.Read(p[:min(int64(len(p)), u.taken-u.read)])
	u.read += int64(n)
	return n, err
}

// release gives the memory back when the request is over.
func (u *upload) release() {
	u.budget.Release(u.taken)
	u.share.Give(u.place, u.taken)
	u.taken = u.read
}
