// Package source asks the outside for beatmaps: the official API, mirrors, and a directory on this machine. A Chain asks
// them in the configured order, and leaves alone for a while those that fail and those that have said that there is nothing.
//
// Nothing that comes from a source is believed: answers are bounded in size and time, archives must be archives, texts and
// numbers are brought into range, and a set that is not the one asked for is no answer. Addresses inside the own network are
// never visited unless the configuration says so, whatever a source redirects to.
//
// What is done with an answer, and what an operator's own word weighs against it, is the business of the beatmaps module.
package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
)

var (
	// ErrNone says that there is no such beatmap, set or file.
	ErrNone = errors.New("source: there is none")
	// ErrUnsupported says that this source cannot answer such a question at all.
	ErrUnsupported = errors.New("source: not to be asked here")
	// ErrUnavailable says that sources which might know could not be asked, or were asked in vain.
	ErrUnavailable = errors.New("source: no source could answer")

	// errUnusable says that what a source tells of a set cannot be. The source is well otherwise.
	errUnusable = errors.New("source: the answer cannot be used")
	// errTurn says that too many questions wait for their turn under the own rate limit.
	errTurn = errors.New("source: too many questions wait")
)

// Key names what to look up: a set by its id, or the set of a beatmap by the beatmap's id or MD5. One field is given.
type Key struct {
	SetID     int32
	BeatmapID int32
	MD5       string // in lower-case hexadecimal
}

func (k Key) String() string {
	switch {
	case k.SetID != 0:
		return fmt.Sprintf("set %d", k.SetID)
	case k.BeatmapID != 0:
		return fmt.Sprintf("beatmap %d", k.BeatmapID)
	}
	return "beatmap " + k.MD5
}

// Source is where beatmaps come from. Each method fails with ErrNone when the source is sure that there is nothing, with
// ErrUnsupported when it is of no use, and otherwise the source is in trouble. It is safe for concurrent use.
type Source interface {
	// Name is what the configuration and the log call it.
	Name() string
	// Set returns a set with all its beatmaps. What players of the source think and do (plays, votes, favourites) is left out.
	Set(ctx context.Context, key Key) (beatmaps.Set, error)
	// File returns a beatmap's .osu file, in the version that the source has.
	File(ctx context.Context, beatmapID int32) ([]byte, error)
	// Archive opens a set's .osz, without its videos where that is asked for and the source has it so. The caller closes it.
	Archive(ctx context.Context, setID int32, withoutVideo bool) (*Archive, error)
}

// Archive is a .osz on its way. Reading fails when there is more of it than is allowed, or when it stops coming.
type Archive struct {
	io.ReadCloser
	Size         int64 // bytes; 0 when the source does not tell
	WithoutVideo bool  // it was asked for without videos, and the source has taken note
}

// Busy is the failure of a source that asks to be left alone.
type Busy struct {
	Status int           // of HTTP
	Retry  time.Duration // for how long; 0 when it does not say
}

func (b *Busy) Error() string {
	return fmt.Sprintf("source: it is busy (status %d, for %v)", b.Status, b.Retry)
}
