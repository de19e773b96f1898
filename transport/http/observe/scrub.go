package observe

import (
	"net/url"
	"strings"
)

// maxLogged bounds what the log takes from a request's path and query, in bytes each.
const maxLogged = 1024

// secret lists the query parameters whose values are credentials: of osu!stable's web endpoints (h, ha, p, pass, c, cs, s),
// of API v1 (k) and of OAuth.
var secret = map[string]bool{
	"h": true, "ha": true, "p": true, "pass": true, "password": true, "c": true, "cs": true, "s": true, "token": true,
	"k": true, "api_key": true, "code": true, "access_token": true, "refresh_token": true, "client_secret": true,
}

// ScrubQuery returns a raw query fit for a log: the values of secret parameters, and of parameters that cannot be decoded,
// are replaced by "-", and the whole is cut to 1 KiB.
func ScrubQuery(raw string) string {
	if raw == "" {
		return ""
	}
	var b strings.Builder
	for len(raw) > 0 && b.Len() < maxLogged {
		pair, separator := raw, ""
		if end := strings.IndexAny(raw, "&;"); end >= 0 {
			pair, separator = raw[:end], raw[end:end+1]
		}
		raw = raw[len(pair)+len(separator):]
		name, _, hasValue := strings.Cut(pair, "=")
		decoded, err := url.QueryUnescape(name)
		decoded, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(decoded)), "[") // token[]=…
		if hasValue && (err != nil || secret[decoded]) {
			pair = name + "=-"
		}
		b.WriteString(pair)
		b.WriteString(separator)
	}
	return clip(b.String())
}

func clip(text string) string {
	if len(text) > maxLogged {
		return text[:maxLogged] + "…"
	}
	return text
}
