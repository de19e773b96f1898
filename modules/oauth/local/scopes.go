package local

import (
	"slices"
	"strings"

	"github.com/pure-peace/peace/modules/oauth"
)

// The rules of scopes are those of ppy/osu-web app/Models/OAuth/Token.php, but that there the owner of an application that
// delegates has to be a bot.
var (
	// forApplications are the scopes that applications can have at all.
	forApplications = []string{
		oauth.ScopeChatRead, oauth.ScopeChatWrite, oauth.ScopeChatManage, oauth.ScopeDelegate, oauth.ScopeForumWrite,
		oauth.ScopeForumManage, oauth.ScopeFriendsRead, oauth.ScopeGroups, oauth.ScopeIdentify, oauth.ScopeMultiplayer, oauth.ScopePublic,
	}
	// forThemselves are those that no user can consent to.
	forThemselves = []string{oauth.ScopeDelegate, oauth.ScopeForumManage, oauth.ScopeGroups}
	// forOwners are those that only the owner of an application can consent to.
	forOwners = []string{oauth.ScopeChatRead, oauth.ScopeChatWrite, oauth.ScopeChatManage, oauth.ScopeMultiplayer}
	// delegable are those that need, and that go with, delegation when an application acts without a user.
	delegable = []string{
		oauth.ScopeChatWrite, oauth.ScopeChatManage, oauth.ScopeDelegate, oauth.ScopeForumWrite, oauth.ScopeForumManage,
		oauth.ScopeGroups, oauth.ScopeMultiplayer,
	}
)

func badScope(message string) error { return oauth.ErrBadScope.WithMessage(message) }

// tidy returns scopes sorted and each once.
func tidy(scopes []string) []string {
	scopes = slices.Clone(scopes)
	slices.Sort(scopes)
	return slices.Compact(scopes)
}

// join is the form in which scopes are kept; split reads it.
func join(scopes []string) string { return strings.Join(scopes, " ") }
func split(kept string) []string  { return strings.Fields(kept) }

// known checks scopes that an application asks for.
func known(scopes []string) error {
	if len(scopes) == 0 {
		return badScope("no scope was asked for")
	}
	if len(scopes) > len(forApplications) {
		return badScope("a scope is unknown")
	}
	for _, scope := range scopes {
		switch {
		case scope == oauth.ScopeAll:
			return badScope("the scope * is the game's")
		case !slices.Contains(forApplications, scope):
			return badScope("a scope is unknown")
		}
	}
	return nil
}

// consentable checks scopes to which a user consents.
func consentable(scopes []string, isOwner bool) error {
	if err := known(scopes); err != nil {
		return err
	}
	for _, scope := range scopes {
		switch {
		case slices.Contains(forThemselves, scope):
			return badScope("the scope " + scope + " is only for the client credentials grant")
		case slices.Contains(forOwners, scope) && !isOwner:
			return badScope("only the owner of the application can use the scope " + scope)
		}
	}
	return nil
}

// grantable checks scopes that an application gets without a user, and reports whether it acts for its owner.
func grantable(scopes []string) (delegated bool, err error) {
	if err := known(scopes); err != nil {
		return false, err
	}
	delegated = slices.Contains(scopes, oauth.ScopeDelegate)
	for _, scope := range scopes {
		switch {
		case slices.Contains(delegable, scope) && !delegated:
			return false, badScope("the scope " + scope + " needs the scope delegate")
		case !slices.Contains(delegable, scope) && delegated:
			return false, badScope("the scope " + scope + " does not go with the scope delegate")
		case scope != oauth.ScopePublic && !slices.Contains(delegable, scope):
			return false, badScope("the scope " + scope + " needs a user")
		}
	}
	return delegated, nil
}

// narrowed checks the scopes that a refresh asks for: none for as many as there are, or fewer.
func narrowed(asked, have []string) ([]string, error) {
	if len(asked) == 0 {
		return have, nil
	}
	for _, scope := range asked {
		if !slices.Contains(have, scope) {
			return nil, badScope("a refreshed token has no more scopes than it had before")
		}
	}
	return asked, nil
}
