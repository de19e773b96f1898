package preview

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"testing"
	"testing/iotest"
	"time"
)

// mp3 is a song of n frames of MPEG 1 at 128 kbit/s and 44,100 Hz, each filled with its number, in 417 bytes.
func mp3(n int) []byte {
	var b []byte
	for i := range n {
		frame := bytes.Repeat([]byte{byte(i)}, 417)
		copy(frame, "\xff\xfb\x90\x00")
		b = append(b, frame...)
	}
	return b
}

const frameTime = 1152 * time.Second / 44100

func TestMP3(t *testing.T) {
	tag := append([]byte("ID3\x04\x00\x00\x00\x00\x02\x00"), bytes.Repeat([]byte{0xff, 0xfb, 0x90, 0}, 64)...)
	index := mp3(1)
	copy(index[36:], "Xing")
	song := append(append(tag, index...), mp3(200)...)
	for name, c := range map[string]struct {
		song        []byte
		from, count int
	}{
		"the middle":       {mp3(200), 50, 20},
		"the beginning":    {mp3(200), 0, 20},
		"until the end":    {mp3(60), 50, 10},
		"behind a tag":     {song, 50, 20},
		"with garbage":     {append(append(bytes.Clone(mp3(50)), "some garbage \xff\xfb"...), mp3(200)[50*417:]...), 40, 20},
		"with a half":      {mp3(60)[:60*417-5], 50, 9},
		"and tags at last": {append(mp3(60), bytes.Repeat([]byte("TAG"), 100)...), 50, 10},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Duration(c.from)*frameTime + time.Millisecond
			data, kind, err := Cut(iotest.OneByteReader(bytes.NewReader(c.song)), start, 20*frameTime-time.Millisecond)
			if err != nil || kind != MP3 {
				t.Fatal(kind, err)
			}
			if want := mp3(256)[c.from*417 : (c.from+c.count)*417]; !bytes.Equal(data, want) {
				t.Errorf("%d bytes, from %d to %d; want %d", len(data), data[4], data[len(data)-1], len(want))
			}
		})
	}
}

func TestReadFrame(t *testing.T) {
	for head, want := range map[string]frame{
		"\xff\xfb\x90\x00": {size: 417, samples: 1152, rate: 44100},
		"\xff\xfb\x92\x00": {size: 418, samples: 1152, rate: 44100},
		"\xff\xfb\xe4\x00": {size: 960, samples: 1152, rate: 48000},
		"\xff\xf3\x84\x00": {size: 192, samples: 576, rate: 24000}, // MPEG 2
		"\xff\xe3\x18\x00": {size: 72, samples: 576, rate: 8000},   // MPEG 2.5
	} {
		got, ok := readFrame([]byte(head))
		got.stream = 0
		if !ok || got != want {
			t.Errorf("% x: %+v, %v", head, got, ok)
		}
	}
	for _, head := range []string{"\xff\xfb\x00\x00", "\xff\xfb\xf0\x00", "\xff\xfb\x9c\x00", "\xff\xfd\x90\x00", "\xff\xeb\x90\x00", "\xfe\xfb\x90\x00"} {
		if f, ok := readFrame([]byte(head)); ok {
			t.Errorf("% x: %+v", head, f)
		}
	}
}

// oggPage makes a page of packets that end on it.
func oggPage(flags byte, position int64, serial, number uint32, packets ...[]byte) []byte {
	head := make([]byte, pageHeader)
	copy(head, pageMagic)
	head[5] = flags
	binary.LittleEndian.PutUint64(head[6:], uint64(position))
	binary.LittleEndian.PutUint32(head[14:], serial)
	binary.LittleEndian.PutUint32(head[18:], number)
	var table, body []byte
	for _, p := range packets {
		table = append(table, bytes.Repeat([]byte{255}, len(p)/255)...)
		table = append(table, byte(len(p)%255))
		body = append(body, p...)
	}
	head[26] = byte(len(table))
	data := slices.Concat(head, table, body)
	binary.LittleEndian.PutUint32(data[22:], plainCRC(data))
	return data
}

// plainCRC is the checksum bit by bit.
func plainCRC(page []byte) uint32 {
	crc := uint32(0)
	for i, b := range page {
		if i >= 22 && i < 26 {
			b = 0
		}
		for bit := 7; bit >= 0; bit-- {
			top := crc>>31 ^ uint32(b>>bit&1)
			crc = crc<<1 ^ top*0x04c11db7
		}
	}
	return crc
}

// vorbis is a song of 1,000 Hz with a page for each second, between pages of another stream.
func vorbis(seconds int) []byte {
	id := append([]byte("\x01vorbis\x00\x00\x00\x00\x02"), make([]byte, 18)...)
	binary.LittleEndian.PutUint32(id[12:], 1000)
	song := oggPage(flagFirst, 0, 9, 0, []byte("another stream"))
	song = append(song, oggPage(flagFirst, 0, 7, 0, id)...)
	song = append(song, oggPage(0, 0, 7, 1, []byte("\x03vorbis comment"), bytes.Repeat([]byte("\x05vorbis"), 100))...)
	for i := range seconds {
		song = append(song, oggPage(0, int64(i+1)*1000, 7, uint32(i+2), []byte{byte(i)}, make([]byte, 600))...)
		song = append(song, oggPage(0, int64(i), 9, uint32(i+1), []byte("noise"))...)
	}
	return song
}

func TestOgg(t *testing.T) {
	data, kind, err := Cut(iotest.HalfReader(bytes.NewReader(vorbis(60))), 20*time.Second, 10*time.Second)
	if err != nil || kind != Ogg {
		t.Fatal(kind, err)
	}
	for number := uint32(0); len(data) > 0; number++ {
		size := pageHeader + int(data[26])
		for _, segment := range data[pageHeader:size] {
			size += int(segment)
		}
		p := page{data[:size]}
		data = data[size:]
		if got := binary.LittleEndian.Uint32(p.data[22:]); got != plainCRC(p.data) {
			t.Errorf("page %d has the checksum %x", number, got)
		}
		if got := binary.LittleEndian.Uint32(p.data[18:]); got != number || p.serial() != 7 {
			t.Errorf("page %d of stream %d is %d", number, p.serial(), got)
		}
		flags, position := byte(0), int64(0)
		switch {
		case number == 0:
			flags = flagFirst
		case number > 1:
			position = int64(number-1) * 1000
			if got := p.body()[0]; got != byte(20+number-2) {
				t.Errorf("page %d has the sound of second %d", number, got)
			}
			if len(data) == 0 {
				flags = flagLast
			}
		}
		if p.flags() != flags || p.position() != position {
			t.Errorf("page %d: flags %d, position %d", number, p.flags(), p.position())
		}
		if len(data) == 0 && number != 11 {
			t.Errorf("there are %d pages", number+1)
		}
	}
}

func TestRefusals(t *testing.T) {
	huge := oggPage(flagFirst, 0, 7, 0, append([]byte("\x01vorbis\x00\x00\x00\x00\x02\xe8\x03\x00\x00"), make([]byte, 20)...))
	for range 30 {
		huge = append(huge, oggPage(0, -1, 7, 1, bytes.Repeat([]byte{0}, 255*254))...)
		huge[len(huge)-255*254-1]-- // the packet goes on
	}
	long := func(name string) []byte { return append([]byte(name), make([]byte, 4<<20)...) }
	for name, c := range map[string]struct {
		song []byte
		want error
	}{
		"nothing":           {nil, ErrFormat},
		"text":              {[]byte("this is not a song at all"), ErrFormat},
		"wave":              {long("RIFF"), ErrFormat},
		"one header":        {long("\xff\xfb\x90\x00"), ErrFormat},
		"tag without end":   {[]byte("ID3\x04\x00\x00\x7f\x7f\x7f\x7fxxxxxxxxx"), ErrFormat},
		"tag with bad size": {[]byte("ID3\x04\x00\x00\xff\x7f\x7f\x7fxxxxxxxxx"), ErrFormat},
		"no vorbis":         {oggPage(flagFirst, 0, 1, 0, []byte("OpusHead")), ErrFormat},
		"half a page":       {vorbis(60)[:100], ErrFormat},
		"headers only":      {vorbis(0), ErrShort},
		"a broken page":     {append(vorbis(10), "OggX and much more that does not belong here"...), ErrFormat},
		"short mp3":         {mp3(10), ErrShort},
		"short ogg":         {vorbis(5), ErrShort},
		"huge headers":      {huge, ErrFormat},
	} {
		if data, _, err := Cut(bytes.NewReader(c.song), 20*time.Second, 10*time.Second); !errors.Is(err, c.want) || data != nil {
			t.Errorf("%s: %d bytes, %v", name, len(data), err)
		}
	}
	if _, _, err := Cut(bytes.NewReader(mp3(10_000)), 0, time.Hour); !errors.Is(err, ErrTooLarge) {
		t.Errorf("an hour: %v", err)
	}
	if _, _, err := Cut(iotest.TimeoutReader(bytes.NewReader(vorbis(60))), 0, time.Hour); err == nil {
		t.Error("a song that fails to be read is cut")
	}
}

// FuzzCut reads anything. It must end, stay within its bounds, and what it cuts must be cut again to the same.
func FuzzCut(f *testing.F) {
	f.Add(mp3(100), int16(1000))
	f.Add(vorbis(5), int16(2000))
	f.Add(append([]byte("ID3\x03\x00\x00\x00\x00\x00\x05abcde"), mp3(5)...), int16(-5))
	f.Fuzz(func(t *testing.T, song []byte, start int16) {
		data, kind, err := Cut(bytes.NewReader(song), time.Duration(start)*time.Millisecond, 10*time.Second)
		if err != nil {
			return
		}
		if len(data) == 0 || len(data) > MaxCut || len(data) > len(song)+1 {
			t.Errorf("%d bytes of %d", len(data), len(song))
		}
		if kind == Ogg {
			if again, _, err := Cut(bytes.NewReader(data), 0, time.Hour); err != nil && !errors.Is(err, ErrShort) || err == nil && !bytes.Equal(again, data) {
				t.Errorf("cut again: %d bytes of %d, %v", len(again), len(data), err)
			}
		}
	})
}

func BenchmarkCut(b *testing.B) {
	song := mp3(10_000)
	b.SetBytes(int64(len(song)))
	for b.Loop() {
		if _, _, err := Cut(io.NopCloser(bytes.NewReader(song)), 240*time.Second, 10*time.Second); err != nil {
			b.Fatal(err)
		}
	}
}
