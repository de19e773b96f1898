// Package preview cuts a few seconds out of a song without decoding it: MP3 at the borders of its frames, Ogg Vorbis at those of
// its pages, with what a decoder must know in front. What comes out begins up to a frame or a page early, and the first
// frames of an MP3 may lack bits that lie in frames before them, which players pass over.
//
// The song is read once from its beginning to the end of the cut, and is not believed: what it takes to memory is bounded by
// MaxCut however it is made.
package preview

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"
)

const (
	// MaxCut bounds the bytes of a cut: ten seconds of the densest MP3 are 400 KB.
	MaxCut = 2 << 20
	// MaxSong bounds the bytes of a song that are read.
	MaxSong = 256 << 20
)

// Kind is a format of sound.
type Kind string

// The kinds, named by the extensions of their files.
const (
	MP3 Kind = "mp3"
	Ogg Kind = "ogg"
)

var (
	// ErrFormat says that a song is neither an MP3 nor an Ogg Vorbis file, or is damaged.
	ErrFormat = errors.New("preview: not an MP3 or Ogg Vorbis file")
	// ErrShort says that a song ends before the cut begins.
	ErrShort = errors.New("preview: the song is too short")
	// ErrTooLarge says that a cut has more than MaxCut bytes.
	ErrTooLarge = errors.New("preview: the cut is too large")
)

// Cut returns the part of a song from start on, of the given length or until the song ends.
func Cut(song io.Reader, start, length time.Duration) ([]byte, Kind, error) {
	start, length = max(start, 0), max(length, 0)
	in := bufio.NewReaderSize(io.LimitReader(song, MaxSong), 8<<10)
	head, err := in.Peek(4)
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", ErrFormat, err)
	}
	kind, cut := MP3, cutMP3
	if bytes.Equal(head, []byte(pageMagic)) {
		kind, cut = Ogg, cutOgg
	}
	data, err := cut(in, start, length)
	if err == nil && len(data) == 0 {
		err = ErrShort
	}
	if err != nil {
		return nil, "", err
	}
	return data, kind, nil
}

// add appends to a cut within its bound.
func add(cut *[]byte, data []byte) error {
	if len(*cut)+len(data) > MaxCut {
		return ErrTooLarge
	}
	*cut = append(*cut, data...)
	return nil
}

// ended reports whether an error means that there is no more of the song.
func ended(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }
