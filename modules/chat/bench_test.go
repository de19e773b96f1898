package chat_test

import (
	"testing"

	"github.com/pure-peace/peace/modules/chat"
	"github.com/pure-peace/peace/modules/database"
	"github.com/pure-peace/peace/modules/database/databasetest"
	"github.com/pure-peace/peace/modules/sessions"
	"github.com/pure-peace/peace/modules/users"
)

// BenchmarkSay says something to 50,000 sessions in #osu, all told: checks, a row in SQLite, delivery.
func BenchmarkSay(b *testing.B) {
	s := newSubject(b, databasetest.Open(b, database.SQLite))
	speaker, err := s.Users.Register(b.Context(), users.Registration{
		Name: "speaker", Email: "speaker@example.com", Password: "a good password", Privileges: users.Moderator,
	})
	if err != nil {
		b.Fatal(err)
	}
	var id string
	for i := range int32(50_000) {
		u := users.User{ID: 10_000 + i, Name: "listener"}
		if i == 0 {
			u = speaker
		}
		opened, err := s.Sessions.Open(b.Context(), sessions.Opening{User: u, Kind: sessions.Stable, Channels: []string{"#osu"}})
		if err != nil {
			b.Fatal(err)
		}
		if i == 0 {
			id = opened.Session.ID
		}
	}
	for b.Loop() {
		_, err := s.Chat.Say(b.Context(), chat.Line{SenderID: speaker.ID, SessionID: id, Target: "#osu", Text: "hello everybody"})
		if err != nil {
			b.Fatal(err)
		}
	}
}
