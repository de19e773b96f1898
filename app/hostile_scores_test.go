package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// scoreToken asks for leave to submit a play.
func (r *rogue) scoreToken(t *testing.T) int64 {
	t.Helper()
	status, answer := r.api("POST", fmt.Sprintf("/beatmaps/%d/solo/scores", r.good.beatmap.ID),
		"version_hash="+strings.Repeat("0", 32)+"&ruleset_id=0&beatmap_hash="+r.good.song.MD5, "Content-Type", urlencoded)
	var token struct{ ID int64 }
	if status != http.StatusOK || json.Unmarshal(answer, &token) != nil || token.ID == 0 {
		t.Fatalf("a score token: %d %s", status, answer)
	}
	return token.ID
}

// brokenScores submits what is no play, and plays that are somebody else's.
func brokenScores(_ context.Context, t *testing.T, r *rogue) {
	token := r.scoreToken(t)
	put := func(beatmap, token any, body string) (int, []byte) {
		return r.api("PUT", fmt.Sprintf("/beatmaps/%v/solo/scores/%v", beatmap, token), body)
	}
	play := func(change ...string) string {
		fields := map[string]string{
			"ruleset_id": "0", "passed": "true", "total_score": "500000", "total_score_without_mods": "500000", "accuracy": "0.9", "max_combo": "10", "rank": `"A"`, "mods": "[]",
			"statistics": `{"great":10}`, "maximum_statistics": `{"great":12}`, "pauses": "[]", "ranked": "true",
		}
		for i := 0; i < len(change); i += 2 {
			fields[change[i]] = change[i+1]
		}
		var all []string
		for name, value := range fields {
			if value != "" {
				all = append(all, strconv.Quote(name)+":"+value)
			}
		}
		return "{" + strings.Join(all, ",") + "}"
	}
	for name, target := range map[string][2]any{
		"another's token": {r.good.beatmap.ID, r.good.token}, "nobody's token": {r.good.beatmap.ID, 1<<62 + 1}, "no token": {r.good.beatmap.ID, "x"}, "a token below zero": {r.good.beatmap.ID, -1},
		"another beatmap": {999_999, token}, "no beatmap": {"x", token},
	} {
		if status, answer := put(target[0], target[1], play()); status != http.StatusNotFound {
			t.Errorf("%s: %d %s", name, status, answer)
		}
	}
	for _, form := range []string{
		"", "beatmap_hash=" + r.good.song.MD5, "ruleset_id=9&beatmap_hash=" + r.good.song.MD5, "ruleset_id=0", "ruleset_id=0&beatmap_hash=" + strings.Repeat("0", 32), "ruleset_id=0&beatmap_hash=%00%27",
		"ruleset_id=-1&version_hash=%00&beatmap_hash=" + r.good.song.MD5, "ruleset_id=0&beatmap_hash=" + strings.Repeat("f", 10_000),
	} {
		status, answer := r.api("POST", fmt.Sprintf("/beatmaps/%d/solo/scores", r.good.beatmap.ID), form, "Content-Type", urlencoded)
		if status != http.StatusUnprocessableEntity {
			t.Errorf("a token for %.40q: %d %s", form, status, answer)
		}
	}
	deep := strings.Repeat("[", 100_000)
	for name, body := range map[string]string{
		"nothing": "", "half": play()[:40], "a list": "[]", "null": "null", "deep": deep, "deep mods": play("mods", deep+strings.Repeat("]", 100_000)), "deep settings": play("mods", `[{"acronym":"DT","settings":`+strings.Repeat(`{"a":`, 5000)+"1"+strings.Repeat("}", 5001)+"]"),
		"accuracy over 1": play("accuracy", "1.5"), "accuracy below 0": play("accuracy", "-0.1"), "accuracy of a text": play("accuracy", `"1"`), "accuracy beyond": play("accuracy", "1e400"), "no accuracy": play("accuracy", ""),
		"total 0": play("total_score", "0"), "total below 0": play("total_score", "-5"), "total beyond": play("total_score", "9223372036854775808"), "a great total": play("total_score", "4294967296"), "no total": play("total_score", ""),
		"a fraction": play("total_score", "1.5"), "combo below 0": play("max_combo", "-1"), "a great combo": play("max_combo", "99999999999"), "a rank that is none": play("rank", `"Z"`), "a rank of a number": play("rank", "1"), "no rank": play("rank", ""),
		"passed of a number": play("passed", "1"), "no passed": play("passed", ""), "no statistics": play("statistics", "{}"), "statistics of a list": play("statistics", "[]"), "counts below 0": play("statistics", `{"great":-1}`),
		"great counts": play("statistics", `{"great":99999999999}`), "counts of a text": play("statistics", `{"great":"1"}`), "mods of a text": play("mods", `"HD"`), "an unknown mod": play("mods", `[{"acronym":"ZZ"}]`),
		"mods that exclude each other": play("mods", `[{"acronym":"HR"},{"acronym":"EZ"}]`), "a mod twice": play("mods", `[{"acronym":"HD"},{"acronym":"HD"}]`), "a mod with NUL": play("mods", `[{"acronym":"H\u0000"}]`),
		"a crowd of mods": play("mods", "["+strings.Repeat(`{"acronym":"HD"},`, 5000)+`{"acronym":"HD"}]`), "pauses of texts": play("pauses", `["x"]`),
	} {
		if status, answer := put(r.good.beatmap.ID, token, body); status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %.200s", name, status, answer)
		}
	}
	if status, _ := put(r.good.beatmap.ID, token, play("x", `"`+strings.Repeat("x", 4<<20)+`"`)); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a huge body: %d", status)
	}
	// Fields of the future are none of the server's business, and neither is what is said the second time.
	var first, again struct{ ID, TotalScore int64 }
	status, answer := put(r.good.beatmap.ID, token, play("passed", "false", "rank", `"F"`, "future", `{"a":[1,2,{"b":null}]}`, "statistics", `{"great":10,"future":{"x":1}}`, "pauses", "["+strings.Repeat("1,", 20_000)+"1]"))
	if status != http.StatusOK || json.Unmarshal(answer, &first) != nil || first.ID == 0 {
		t.Fatalf("a play: %d %s", status, answer)
	}
	for _, body := range []string{play("total_score", "1000000"), play("accuracy", "7"), "", deep} {
		if status, answer := put(r.good.beatmap.ID, token, body); status != http.StatusOK || json.Unmarshal(answer, &again) != nil || again != first {
			t.Errorf("the play again: %d %+v, was %+v", status, again, first)
		}
	}
	// Each number by itself could be one.
	for name, body := range map[string]string{
		"counts beyond the song": play("statistics", `{"great":2147483647,"ok":2147483647,"meh":2147483647,"miss":2147483647}`, "maximum_statistics", `{"great":2147483647,"large_tick_hit":2147483647}`, "max_combo", "2147483647"),
		"half of the song":       play("statistics", `{"great":5}`, "maximum_statistics", `{"great":12}`), "combo in one": play("statistics", `{"legacy_combo_increase":2147483647,"great":12}`),
	} {
		if status, answer := put(r.good.beatmap.ID, r.scoreToken(t), body); status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %.200s", name, status, answer)
		}
	}
	for _, settings := range []string{
		`[{"acronym":"DT","settings":{"speed_change":1e308}}]`, `[{"acronym":"DT","settings":{"speed_change":-1}}]`, `[{"acronym":"DA","settings":{"circle_size":-1e30,"approach_rate":1e30}}]`, `[{"acronym":"DT","settings":{"speed_change":"x"}}]`,
		`[{"acronym":"DT","settings":[]}]`, `[{"acronym":"DT","settings":{"speed_change":{"x":[null]}}}]`, `[{"acronym":"DT","settings":null}]`,
	} {
		put(r.good.beatmap.ID, r.scoreToken(t), play("mods", settings, "statistics", `{"great":12}`))
	}
}
