package songs

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/modules/files"
	"github.com/pure-peace/peace/modules/performance"
	"github.com/pure-peace/peace/osu"
	"github.com/pure-peace/peace/osu/mods"
	v2 "github.com/pure-peace/peace/transport/api/v2"
)

// attributesCost is what a calculation counts for beside a request: every combination of mods is one that plays may have to wait for.
const attributesCost = 10

// attributes returns how hard a beatmap is with mods, in a ruleset.
func (a *Area) attributes(ctx context.Context, r *v2.Request) (any, error) {
	if err := r.Spend(attributesCost); err != nil {
		return nil, err
	}
	id, err := r.ID("beatmap")
	if err != nil {
		return nil, err
	}
	wanted, err := readWanted(r)
	if err != nil {
		return nil, err
	}
	found, err := a.deps.Beatmaps.Beatmaps(ctx, []beatmaps.Key{{ID: id}})
	switch {
	case err != nil:
		return nil, err
	case len(found) == 0 || found[0].Beatmap.Deleted:
		return nil, v2.NotFound("beatmap")
	case a.deps.Performance == nil:
		return nil, v2.Refuse(http.StatusServiceUnavailable, "This server does not calculate difficulties.")
	}
	b := &found[0].Beatmap
	ruleset := b.Ruleset
	if wanted.ruleset != nil {
		ruleset = *wanted.ruleset
	}
	if b.Ruleset != osu.Standard && b.Ruleset != ruleset {
		return nil, v2.Refuse(http.StatusUnprocessableEntity, "specified beatmap can't be converted to the specified ruleset")
	}
	set := wanted.mods
	if wanted.bits != 0 {
		set = mods.FromLegacy(wanted.bits, ruleset)
	}
	difficulty, err := a.difficulty(ctx, b, performance.Target{Beatmap: b.MD5, Ruleset: ruleset, Mods: set})
	if err != nil {
		if errors.Is(err, performance.ErrUnknownBeatmap) {
			return nil, v2.NotFound("beatmap")
		}
		return nil, err
	}
	return struct {
		Attributes attributes `json:"attributes"`
	}{attributes(difficulty)}, nil
}

// difficulty asks how hard a beatmap is, and teaches it if performance has lost or never had it.
func (a *Area) difficulty(ctx context.Context, b *beatmaps.Beatmap, target performance.Target) (performance.Difficulty, error) {
	difficulty, err := a.deps.Performance.Difficulty(ctx, target)
	if !errors.Is(err, performance.ErrUnknownBeatmap) || !b.HasFile {
		return difficulty, err
	}
	data, err := files.Load(ctx, a.deps.Files, beatmaps.FileKey(b.MD5), performance.MaxFile)
	if err != nil {
		return difficulty, err
	}
	if _, err := a.deps.Performance.Learn(ctx, data); err != nil {
		return difficulty, err
	}
	return a.deps.Performance.Difficulty(ctx, target)
}

// attributes are written with what all rulesets have first.
type attributes performance.Difficulty

// MarshalJSON writes the attributes under their official names.
func (d attributes) MarshalJSON() ([]byte, error) {
	b := append([]byte(`{"star_rating":`), number(d.Stars)...)
	b = strconv.AppendInt(append(b, `,"max_combo":`...), int64(d.MaxCombo), 10)
	for _, name := range slices.Sorted(maps.Keys(d.Values)) {
		if name == "star_rating" || name == "max_combo" {
			continue
		}
		quoted, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		b = append(append(append(append(b, ','), quoted...), ':'), number(d.Values[name])...)
	}
	return append(b, '}'), nil
}

// number writes a number; what JSON has none for is null.
func number(v float64) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		return []byte("null")
	}
	return text
}

// wanted is what somebody wants the attributes of.
type wanted struct {
	ruleset *osu.Ruleset
	mods    mods.Set
	bits    osu.Mods // instead of mods
}

var (
	errMods      = v2.Refuse(http.StatusUnprocessableEntity, "invalid mods specified")
	errRuleset   = v2.Refuse(http.StatusUnprocessableEntity, "invalid ruleset specified")
	errRulesetID = v2.Refuse(http.StatusUnprocessableEntity, "invalid ruleset_id specified")
)

// readWanted reads a body in JSON, whose mods are a bit set, acronyms or objects, or a form with a bit set or acronyms.
func readWanted(r *v2.Request) (wanted, error) {
	if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media == "application/json" {
		return readWantedJSON(r)
	}
	form, err := r.Form(maxForm)
	if err != nil {
		return wanted{}, err
	}
	return wantedOf(form)
}

func readWantedJSON(r *v2.Request) (wanted, error) {
	var body struct {
		Mods      json.RawMessage `json:"mods"`
		Ruleset   *string         `json:"ruleset"`
		RulesetID json.RawMessage `json:"ruleset_id"` // some programs quote it
	}
	if err := r.JSON(&body, maxForm); err != nil {
		return wanted{}, err
	}
	form := url.Values{}
	if body.Ruleset != nil {
		form.Set("ruleset", *body.Ruleset)
	}
	if id := unquote(body.RulesetID); id != "" {
		form.Set("ruleset_id", id)
	}
	if text := unquote(body.Mods); text != "" {
		form.Set("mods", text)
	}
	w, err := wantedOf(form)
	if err != nil || len(body.Mods) == 0 || body.Mods[0] != '[' {
		return w, err
	}
	if err := json.Unmarshal(body.Mods, &w.mods); err != nil {
		return w, errMods
	}
	return w, nil
}

// unquote returns a JSON number or text as text, and "" for anything else.
func unquote(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}
	return ""
}

func wantedOf(form url.Values) (w wanted, err error) {
	if text := form.Get("ruleset_id"); text != "" {
		id, err := strconv.ParseUint(text, 10, 8)
		if err != nil || !osu.Ruleset(id).Valid() {
			return w, errRulesetID
		}
		ruleset := osu.Ruleset(id)
		w.ruleset = &ruleset
	} else if text := form.Get("ruleset"); text != "" {
		ruleset, err := osu.ParseRuleset(text)
		if err != nil {
			return w, errRuleset
		}
		w.ruleset = &ruleset
	}
	if bits, err := strconv.ParseUint(form.Get("mods"), 10, 32); err == nil {
		w.bits = osu.Mods(bits)
		return w, nil
	}
	given := slices.Concat(form["mods"], form["mods[]"])
	if len(given) > mods.MaxMods {
		return w, errMods
	}
	for _, text := range given {
		one, err := mods.Parse(text)
		if err != nil {
			return w, errMods
		}
		w.mods = append(w.mods, one...)
	}
	return w, nil
}
