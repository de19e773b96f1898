package replay

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/ulikunitz/xz/lzma"
)

const (
	// dictionary is the size that both official encoders use.
	dictionary = 1 << 21

	// maxDictionary bounds the memory of decompression. Only more than 16 MiB of text by an unusual encoder could need
	// more.
	maxDictionary = 16 << 20

	// maxRatio is more than LZMA can compress: a match of 273 bytes takes 14 binary decisions of 0.022 bits at least.
	maxRatio = 8192

	// unknownSize stands for a stream that says itself where it ends.
	unknownSize = 1<<64 - 1
)

// compress returns text as an .lzma file with the settings of the official encoders: known size, no end mark.
func compress(text []byte) ([]byte, error) {
	if len(text) == 0 {
		return nil, nil
	}
	// A short text can do with less than what the header says, and the encoder takes ten times its dictionary in memory.
	dict := max(min(len(text), dictionary), lzma.MinDictCap)
	var out bytes.Buffer
	w, err := lzma.WriterConfig{DictCap: dict, Size: int64(len(text))}.NewWriter(&out)
	if err != nil {
		return nil, fmt.Errorf("replay: compress: %w", err)
	}
	if _, err := w.Write(text); err != nil {
		return nil, fmt.Errorf("replay: compress: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("replay: compress: %w", err)
	}
	binary.LittleEndian.PutUint32(out.Bytes()[1:], dictionary)
	return out.Bytes(), nil
}

// decompress returns a reader of what data holds and its length when the file says it, -1 otherwise. A file that is or claims
// to be longer than limit fails with [ErrTooLarge] before or while it is read.
func decompress(data []byte, limit int64) (io.Reader, int64, error) {
	if len(data) < lzma.HeaderLen {
		return nil, 0, fmt.Errorf("%w: header ends too early", ErrCompression)
	}
	header := [lzma.HeaderLen]byte(data)
	size := binary.LittleEndian.Uint64(header[5:])
	most := uint64(len(data)) * maxRatio
	switch {
	case size == unknownSize:
	case size > uint64(limit):
		return nil, 0, fmt.Errorf("%w: decompresses to %d bytes, at most %d are read", ErrTooLarge, size, limit)
	case size > most:
		return nil, 0, fmt.Errorf("%w: %d bytes cannot hold %d", ErrCompression, len(data), size)
	default:
		most = size
	}
	// No match reaches further back than the beginning, so a short text needs no large dictionary, whatever the header says.
	dict := min(uint64(binary.LittleEndian.Uint32(header[1:])), max(most, lzma.MinDictCap), maxDictionary)
	binary.LittleEndian.PutUint32(header[1:], uint32(dict))
	r, err := lzma.ReaderConfig{DictCap: max(int(dict), lzma.MinDictCap)}.NewReader(
		&spliced{header[:], data[lzma.HeaderLen:]})
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrCompression, err)
	}
	return &limited{r, limit}, int64(size), nil
}

// spliced reads one slice after the other. It is an io.ByteReader, which saves the decoder a buffer.
type spliced [2][]byte

func (s *spliced) Read(p []byte) (int, error) {
	for i := range s {
		if len(s[i]) > 0 {
			n := copy(p, s[i])
			s[i] = s[i][n:]
			return n, nil
		}
	}
	return 0, io.EOF
}

func (s *spliced) ReadByte() (byte, error) {
	for i := range s {
		if len(s[i]) > 0 {
			b := s[i][0]
			s[i] = s[i][1:]
			return b, nil
		}
	}
	return 0, io.EOF
}

// limited names the errors of a decoder and fails when more than left bytes come.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, fmt.Errorf("%w: the text is longer than is read", ErrTooLarge)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: %w", ErrCompression, err)
	}
	return n, err
}
