package preview

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"time"
)

// frame is what the header of a frame of MPEG 1, 2 or 2.5, layer III, says.
type frame struct {
	size    int // bytes, with the header
	samples int
	rate    int    // samples a second
	stream  uint32 // the bits of the header that do not change from frame to frame
}

var (
	bitrates1 = [16]int{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0} // kbit/s, of MPEG 1
	bitrates2 = [16]int{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0}     // of MPEG 2 and 2.5
	rates     = [4]int{44100, 48000, 32000, 0}                                               // of MPEG 1
)

const (
	headerSize = 4
	streamBits = 0xfffe0c00 // sync, version, layer, sampling rate
)

// readFrame reads a header; ok is false when it is none.
func readFrame(head []byte) (f frame, ok bool) {
	h := binary.BigEndian.Uint32(head)
	version, layer := h>>19&3, h>>17&3
	rate, bitrate := rates[h>>10&3], bitrates1[h>>12&15]
	if h>>21 != 0x7ff || version == 1 || layer != 1 {
		return f, false
	}
	f.samples = 1152
	if version != 3 { // MPEG 2 and 2.5 halve the rate, and 2.5 once more
		f.samples, bitrate = 576, bitrates2[h>>12&15]
		rate >>= 1
		if version == 0 {
			rate >>= 1
		}
	}
	if rate == 0 || bitrate == 0 {
		return f, false
	}
	f.rate, f.stream = rate, h&streamBits
	f.size = f.samples/8*bitrate*1000/rate + int(h>>9&1)
	return f, true
}

// duration of the frame's sound.
func (f frame) duration() time.Duration {
	return time.Duration(f.samples) * time.Second / time.Duration(f.rate)
}

// maxGarbage bounds the bytes in a song that belong to no frame, tags aside.
const maxGarbage = 1 << 20

func cutMP3(in *bufio.Reader, start, length time.Duration) ([]byte, error) {
	if err := skipTag(in); err != nil {
		return nil, err
	}
	var cut []byte
	var at, taken time.Duration
	var stream uint32
	for garbage := 0; garbage < maxGarbage; {
		head, err := in.Peek(headerSize)
		if err != nil {
			break // what is missing of the last frame misses nobody
		}
		f, ok := readFrame(head)
		if !ok || stream != 0 && f.stream != stream || stream == 0 && !followed(in, f) {
			if _, err := in.Discard(1); err != nil {
				return nil, err
			}
			garbage++
			continue
		}
		data, err := in.Peek(f.size)
		if err != nil {
			break
		}
		first := stream == 0
		stream = f.stream
		if !first || !isIndex(data) {
			if at += f.duration(); at > start {
				if err := add(&cut, data); err != nil {
					return nil, err
				}
				taken += f.duration()
			}
			if taken >= length && taken > 0 {
				return cut, nil
			}
		}
		if _, err := in.Discard(f.size); err != nil {
			return nil, err
		}
	}
	if stream == 0 {
		return nil, ErrFormat
	}
	return cut, nil
}

// followed reports whether a frame is followed by another one of the same stream: four bytes that look like a header are
// found in pictures, too.
func followed(in *bufio.Reader, f frame) bool {
	data, err := in.Peek(f.size + headerSize)
	if err != nil {
		return len(data) >= f.size // the only one of its file
	}
	next, ok := readFrame(data[f.size:])
	return ok && next.stream == f.stream
}

// isIndex reports whether a frame has no sound, but tells players the length of the whole file.
func isIndex(data []byte) bool {
	for _, name := range []string{"Xing", "Info", "VBRI"} {
		if i := bytes.Index(data, []byte(name)); i >= headerSize && i <= 36 {
			return true
		}
	}
	return false
}

// skipTag skips the ID3 tags in front of the sound, which may have pictures of any size.
func skipTag(in *bufio.Reader) error {
	for range 4 {
		head, err := in.Peek(10)
		if err != nil || string(head[:3]) != "ID3" {
			return nil //nolint:nilerr // no tag, or too short for one: what follows is judged as it is
		}
		size := 10
		for i, b := range head[6:] {
			if b >= 0x80 {
				return fmt.Errorf("%w: the size of its tag is damaged", ErrFormat)
			}
			size += int(b) << (7 * (3 - i))
		}
		if head[5]&0x10 != 0 {
			size += 10 // a footer
		}
		if _, err := in.Discard(size); err != nil {
			return fmt.Errorf("%w: it ends inside of its tag", ErrFormat)
		}
	}
	return nil
}
