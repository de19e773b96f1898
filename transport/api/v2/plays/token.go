package plays

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/pure-peace/peace/modules/scores"
	"github.com/pure-peace/peace/osu"
	v2 "github.com/pure-peace/peace/transport/api/v2"
	"github.com/pure-peace/peace/transport/api/v2/resource"
)

// maxForm bounds the form of a token, which has three fields.
const maxForm = 16 << 10

// The texts of refusals. Lazer knows those about the hashes and tells its player what to do.
// Source: ppy/osu osu.Game/Screens/Play/SubmittingPlayer.cs; ppy/osu-web app/Http/Controllers/ScoreTokensController.php.
var (
	errDisabled       = unprocessable("score submission is disabled")
	errClientHash     = unprocessable("invalid client hash")
	errBeatmapHash    = unprocessable("invalid or missing beatmap_hash")
	errMissingRuleset = unprocessable("missing ruleset_id")
	errInvalidRuleset = unprocessable("invalid ruleset_id")
)

// issued is a token as lazer reads it.
type issued struct {
	BeatmapID      int32         `json:"beatmap_id"`
	CreatedAt      resource.Time `json:"created_at"`
	ID             int64         `json:"id"`
	PlaylistItemID *int64        `json:"playlist_item_id"`
	UserID         int32         `json:"user_id"`
}

// issue gives a play that is about to begin a token.
func (a *Area) issue(ctx context.Context, r *v2.Request) (any, error) {
	if !a.cfg.Submission {
		return nil, errDisabled
	}
	id, err := r.ID("beatmap")
	if err != nil {
		return nil, err
	}
	form, err := r.Form(maxForm)
	if err != nil {
		return nil, err
	}
	version, ok := a.build(form.Get("version_hash"))
	if !ok {
		return nil, errClientHash
	}
	attempt := scores.Attempt{
		UserID: r.UserID(), BeatmapID: id, BeatmapMD5: strings.ToLower(form.Get("beatmap_hash")), Ruleset: osu.Rulesets, ClientVersion: version,
	}
	badRuleset := errMissingRuleset
	if text := form.Get("ruleset_id"); text != "" {
		badRuleset = errInvalidRuleset
		if n, err := strconv.ParseUint(text, 10, 8); err == nil && osu.Ruleset(n).Valid() {
			attempt.Ruleset = osu.Ruleset(n)
		}
	}
	token, err := a.deps.Scores.Issue(ctx, attempt)
	switch {
	case errors.Is(err, scores.ErrUnknownBeatmap):
		return nil, v2.NotFound("beatmap")
	case errors.Is(err, scores.ErrOtherBeatmap):
		return nil, errBeatmapHash
	case errors.Is(err, scores.ErrBadRuleset):
		return nil, badRuleset
	case err != nil:
		return nil, err
	}
	return issued{BeatmapID: token.BeatmapID, CreatedAt: resource.At(token.IssuedAt), ID: token.ID, UserID: token.UserID}, nil
}

// build returns the version that a build of lazer is: its name where the configuration knows it, else its hash. It is not ok when
// only some builds may submit, and this is none of them.
func (a *Area) build(hash string) (version string, ok bool) {
	hash = strings.ToLower(hash)
	if name, known := a.versions[hash]; known {
		return name, true
	}
	if !md5Form.MatchString(hash) { // some builds send nothing
		hash = ""
	}
	return hash, len(a.versions) == 0
}
