// Package sample is a contract that uses every mapping of protoc-gen-peace, for its tests.
package sample

import (
	"context"
	"iter"
	"net/netip"
	"time"

	"github.com/pure-peace/peace/transport/grpc/internal/sample/palette"
)

// ID names a thing.
type ID int32

// Label is a text with a name of its own.
type Label string

// Mode is an enum with a small Go type.
type Mode uint8

// The modes.
const (
	ModeOsu Mode = iota
	ModeTaiko
)

// Service has the name of its contract in the .proto.
type Service interface {
	// Parameters has one of each scalar, with names that clash with the generated code or the language.
	Parameters(ctx context.Context, yes bool, i32 int32, s64 int64, u32 uint32, f64 uint64, ratio float32, share float64, typeValue string,
		ctxValue []byte) (err2 string, err error)
	// Named has parameters of named types.
	Named(ctx context.Context, id ID, userIDs []ID, limit int, address netip.Addr, mode Mode, modes []Mode, parent *ID,
		at time.Time, wait time.Duration, names map[int32]string) (idResult ID, md5 string, err error)
	// Swap has the same name on both sides and types of another contract.
	Swap(ctx context.Context, thing Thing, colors []palette.Color) (thingResult Thing, paletteValue palette.Color, err error)
	// Nothing goes in, and nothing comes out.
	Nothing(ctx context.Context) error
	// Follow streams values.
	Follow(ctx context.Context, since *time.Time) iter.Seq2[Thing, error]
	// Ticks streams scalars.
	Ticks(ctx context.Context) iter.Seq2[ID, error]
}

// Extras is a second part of the contract.
type Extras interface {
	// Ping goes out only.
	Ping(ctx context.Context, id ID) error
}

// Thing has a field of each kind.
type Thing struct {
	ID        ID
	UserName  Label
	AvatarURL string
	Mode      Mode
	Modes     []Mode
	Small     int8
	Ratio     float32
	On        bool
	Blob      []byte
	Blobs     [][]byte
	Tags      []Label
	Counts    map[Label]uint16
	ByMode    map[ID]Mode
	Nick      *Label
	Level     *int16
	Best      *Mode
	CreatedAt time.Time
	SeenAt    *time.Time
	Visits    []time.Time
	TTL       time.Duration
	Pause     *time.Duration
	IP        netip.Addr
	IPs       []netip.Addr
	Color     palette.Color
	Second    *palette.Color
	Colors    []palette.Color
	Shape     Shape
}

// Shape is one of several: exactly one part is set.
type Shape struct {
	Circle *Circle
	Tint   *palette.Color
	Name   string
}

// Circle is a part of Shape.
type Circle struct {
	Radius float64
}
