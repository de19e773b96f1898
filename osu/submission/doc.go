// Package submission is how stable tells a server of a play and shows what became of it: the form that it uploads, the charts
// that answer it, and the leaderboards of song select. Each can be read and written, for servers and for clients.
//
//	form, err := submission.ReadForm(request.Header.Get("Content-Type"), request.Body) // what was sent, still encrypted
//	play, err := form.Open()                                                           // what it says
//	doubts := play.Check(login)                                                        // what does not fit together
//	answer := (&submission.Response{…}).Append(nil)
//
// Everything that is read is bounded: see the constants Max…. Nothing that is read is believed: whether a play is possible,
// whether its beatmap exists and whether it counts is decided elsewhere.
//
// Sources: osuAkatsuki/bancho.py app/api/domains/osu.py and app/objects/score.py, osuTitanic/deck app/routes/web.
package submission
