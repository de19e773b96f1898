package local

import (
	"context"
	"errors"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pure-peace/peace/modules/comments"
	"github.com/pure-peace/peace/modules/content"
	"github.com/pure-peace/peace/modules/users"
)

// The types of subjects, as osu-web names them (ppy/osu-web app/Libraries/MorphMap.php).
const (
	beatmapset = "beatmapset"
	build      = "build"
	newsPost   = "news_post"
)

// actor is who does or sees something.
type actor struct {
	id        int32
	moderator bool
	clean     bool // neither restricted nor silenced
}

// actor asks who somebody is. Whoever has no account sees what everybody does.
func (s *Service) actor(ctx context.Context, id int32) (actor, error) {
	if id == users.BotID {
		return actor{id: id, moderator: true, clean: true}, nil
	}
	if id <= 0 {
		return actor{}, nil
	}
	found, err := s.deps.Users.Get(ctx, []int32{id})
	if err != nil || len(found) == 0 {
		return actor{}, err
	}
	return actorOf(found[0]), nil
}

func actorOf(u users.User) actor {
	return actor{
		id:        u.ID,
		moderator: u.Privileges.HasAny(users.Staff) && !u.Restricted,
		clean:     !u.Restricted && u.Silenced(time.Now()) == 0,
	}
}

// mayWrite reports why somebody may not write, vote or change what he wrote.
func (a actor) mayWrite() error {
	if a.id == 0 || !a.clean && !a.moderator {
		return comments.ErrForbidden.WithMessage("you may not write now")
	}
	return nil
}

// exists reports whether there is something to comment on.
func (s *Service) exists(ctx context.Context, subject comments.Subject) error {
	if subject.ID <= 0 || subject.ID > math.MaxInt32 { // more than a client can say
		return comments.ErrBadSubject
	}
	var err error
	switch {
	case subject.Type == beatmapset:
		found, err := s.deps.Beatmaps.Sets(ctx, []int32{int32(subject.ID)})
		if err == nil && len(found) == 0 {
			return comments.ErrBadSubject
		}
		return err
	case subject.Type == build && s.deps.Content != nil:
		_, err = s.deps.Content.Build(ctx, "", "", subject.ID)
	case subject.Type == newsPost && s.deps.Content != nil:
		_, err = s.deps.Content.Post(ctx, "", subject.ID)
	default:
		return comments.ErrBadSubject
	}
	if errors.Is(err, content.ErrNotFound) {
		return comments.ErrBadSubject
	}
	return err
}

// readText returns a text as it is kept.
func readText(text string) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if text == "" || utf8.RuneCountInString(text) > comments.MaxText || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return "", comments.ErrBadComment
	}
	return text, nil
}
