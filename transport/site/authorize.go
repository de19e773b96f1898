package site

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/modules/oauth"
)

// asked is what an application asks a user for (RFC 6749 4.1.1, RFC 7636 4.3), as it came.
type asked struct {
	ClientID  string
	Redirect  string
	Type      string
	Scope     string
	State     string
	Challenge string
	Method    string // of the challenge
}

// maxAsked bounds each part of what is asked, and of what is sent back.
const maxAsked = 2 << 10

// askedOf reads a query or a form; false when a part is there twice or far too long.
func askedOf(values url.Values) (asked, bool) {
	a, ok := asked{}, true
	for name, part := range map[string]*string{
		"client_id": &a.ClientID, "redirect_uri": &a.Redirect, "response_type": &a.Type, "scope": &a.Scope, "state": &a.State,
		"code_challenge": &a.Challenge, "code_challenge_method": &a.Method,
	} {
		given := values[name]
		if len(given) > 1 {
			ok = false
			continue
		}
		if len(given) == 1 {
			*part = given[0]
			ok = ok && len(given[0]) <= maxAsked
		}
	}
	return a, ok
}

// permissions are what scopes allow, in words for whoever consents.
var permissions = map[string]string{
	oauth.ScopePublic:      "Read what is public on this server, as you",
	oauth.ScopeIdentify:    "See who you are, and what your profile says",
	oauth.ScopeFriendsRead: "See who your friends are",
	oauth.ScopeChatRead:    "Read your messages",
	oauth.ScopeChatWrite:   "Send messages as you",
	oauth.ScopeChatManage:  "Join and leave channels as you",
	oauth.ScopeForumWrite:  "Write posts as you",
	oauth.ScopeMultiplayer: "Manage multiplayer rooms as you",
}

var (
	errUnknownApplication = fault.New(fault.Invalid, "site", "unknown_application", "the application that sent you here is not known to this server")
	errUnknownRedirect    = fault.New(fault.Invalid, "site", "unknown_redirect", "the application that sent you here wants to have you back at an address that its maker has not registered")
	errMalformed          = fault.New(fault.Invalid, "site", "malformed_request", "what the application asks for cannot be understood")
)

// request is what is asked for, after it is clear by whom, and where the answer may go.
type request struct {
	asked
	application oauth.Application
	back        *url.URL
}

// check finds the application. Until it has, the browser is sent nowhere: an error goes on this page. It fails with one of the
// errors above.
func (s *Server) check(v *visit, values url.Values) (request, error) {
	a, ok := askedOf(values)
	if !ok {
		return request{}, errMalformed
	}
	id, err := strconv.ParseInt(a.ClientID, 10, 64)
	if err != nil {
		return request{}, errUnknownApplication
	}
	application, err := s.deps.OAuth.Application(v.ctx(), id)
	if errors.Is(err, oauth.ErrNoApplication) {
		return request{}, errUnknownApplication
	}
	if err != nil {
		return request{}, err
	}
	to := a.Redirect
	if to == "" && len(application.Redirects) == 1 {
		to = application.Redirects[0]
	}
	if !slices.Contains(application.Redirects, to) {
		return request{}, errUnknownRedirect
	}
	back, err := url.Parse(to)
	if err != nil {
		return request{}, errUnknownRedirect
	}
	return request{a, application, back}, nil
}

// wrong returns the code of RFC 6749 for what the application must not ask for; "" when there is nothing.
func (q request) wrong() (code, description string) {
	switch {
	case q.Type != "code":
		return "unsupported_response_type", "The response type is not code."
	case q.Challenge != "" && q.Method != "S256", q.Challenge == "" && q.Method != "":
		return "invalid_request", "The method of the code challenge is not S256."
	case q.Scope == "":
		return "invalid_scope", "No scope was asked for."
	}
	for scope := range strings.FieldsSeq(q.Scope) {
		if permissions[scope] == "" {
			return "invalid_scope", "A scope is unknown, or not for users to give."
		}
	}
	return "", ""
}

// reply sends the browser back to the application.
func (v *visit) reply(q request, answer url.Values) {
	if q.State != "" {
		answer.Set("state", q.State)
	}
	back := *q.back
	query := back.RawQuery
	if query != "" {
		query += "&"
	}
	back.RawQuery = query + answer.Encode()
	http.Redirect(v.w, v.r, back.String(), http.StatusSeeOther)
}

func (v *visit) replyError(q request, code, description string) {
	v.reply(q, url.Values{"error": {code}, "error_description": {description}})
}

type consentData struct {
	Asked       asked
	Application oauth.Application
	Owner       string
	Target      string // the host that the browser goes back to
	Permissions []string
}

// showConsent asks the user. He is asked every time: what was allowed once may be asked for by somebody else today.
func (s *Server) showConsent(v *visit) error {
	q, err := s.check(v, v.r.URL.Query())
	if err != nil {
		return err
	}
	if code, description := q.wrong(); code != "" {
		v.replyError(q, code, description)
		return nil
	}
	names, err := s.names(v, []oauth.Application{q.application})
	if err != nil {
		return err
	}
	data := consentData{Asked: q.asked, Application: q.application, Owner: names[q.application.OwnerID], Target: q.back.Host}
	scopes := strings.Fields(q.Scope)
	slices.Sort(scopes)
	for _, scope := range slices.Compact(scopes) {
		data.Permissions = append(data.Permissions, permissions[scope])
	}
	protect(v.w.Header(), " https: http:") // where the application is, and wherever it sends the browser on to
	v.show(http.StatusOK, "consent", view{Title: "Allow " + q.application.Name + "?", Data: data})
	return nil
}

// consent does what the user has answered.
func (s *Server) consent(v *visit) error {
	q, err := s.check(v, v.r.PostForm)
	if err != nil {
		return err
	}
	if code, description := q.wrong(); code != "" {
		v.replyError(q, code, description)
		return nil
	}
	if v.field("answer") != "allow" {
		v.replyError(q, "access_denied", "The user does not want that.")
		return nil
	}
	code, err := s.deps.OAuth.Authorize(v.ctx(), oauth.Consent{
		UserID: v.user.ID, ClientID: q.application.ID, Redirect: q.Redirect, Scopes: strings.Fields(q.Scope), Challenge: q.Challenge,
	})
	switch {
	case errors.Is(err, oauth.ErrBadScope), errors.Is(err, oauth.ErrBadRequest):
		f := fault.As(err)
		v.replyError(q, f.Details["error"], sentence(f.Message))
		return nil
	case err != nil:
		return err
	}
	v.reply(q, url.Values{"code": {code}})
	return nil
}
