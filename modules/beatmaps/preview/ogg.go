package preview

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"time"
)

const (
	pageMagic  = "OggS"
	pageHeader = 27 // bytes, without the table of segments
	maxHeaders = 1 << 20
	maxPages   = 1 << 20 // of all streams of a file

	flagContinued = 1
	flagFirst     = 2
	flagLast      = 4
)

// page is a page of an Ogg stream as it lies in the file.
type page struct{ data []byte }

func (p page) flags() byte      { return p.data[5] }
func (p page) position() int64  { return int64(binary.LittleEndian.Uint64(p.data[6:])) } // sample at its end; -1 for none
func (p page) serial() uint32   { return binary.LittleEndian.Uint32(p.data[14:]) }
func (p page) segments() []byte { return p.data[pageHeader : pageHeader+int(p.data[26])] }
func (p page) body() []byte     { return p.data[pageHeader+int(p.data[26]):] }
func (p page) packetEnds() int  { return len(p.segments()) - bytes.Count(p.segments(), []byte{255}) }

// readPage reads the next page.
func readPage(in *bufio.Reader) (page, error) {
	head := make([]byte, pageHeader, pageHeader+255)
	if _, err := io.ReadFull(in, head); err != nil {
		return page{}, err
	}
	if string(head[:4]) != pageMagic || head[4] != 0 {
		return page{}, fmt.Errorf("%w: a page begins with %.4q", ErrFormat, head)
	}
	table := head[pageHeader : pageHeader+int(head[26])]
	if _, err := io.ReadFull(in, table); err != nil {
		return page{}, err
	}
	size := 0
	for _, segment := range table {
		size += int(segment)
	}
	data := append(head[:pageHeader+len(table)], make([]byte, size)...)
	_, err := io.ReadFull(in, data[pageHeader+len(table):])
	return page{data}, err
}

func cutOgg(in *bufio.Reader, start, length time.Duration) ([]byte, error) {
	cut, rate, serial, err := copyHeaders(in)
	if err != nil {
		return nil, err
	}
	headers := len(cut.data)
	from := samples(start, rate)
	until := from + samples(length, rate)
	before := int64(0) // position at the end of the page before
	for range maxPages {
		p, err := readPage(in)
		if ended(err) {
			break // what is missing of the last page misses nobody
		}
		if err != nil {
			return nil, err
		}
		if p.serial() != serial {
			continue
		}
		position := p.position()
		if position > from || position < 0 && len(cut.data) > headers {
			if len(cut.data) == headers {
				cut.base = before
			}
			if err := cut.add(p, 0); err != nil {
				return nil, err
			}
		}
		if position >= 0 {
			if before = position; position >= until {
				break
			}
		}
	}
	if len(cut.data) == headers {
		return nil, ErrShort
	}
	cut.finish()
	return cut.data, nil
}

// samples returns how many samples a time has, of at most a day.
func samples(d time.Duration, rate uint32) int64 {
	return int64(min(d.Seconds(), 24*3600) * float64(rate))
}

// oggCut is a stream that is put together of another one's pages.
type oggCut struct {
	data  []byte
	last  int    // where the last page begins
	pages uint32 // so far
	base  int64  // sample of the original at which the cut begins
}

// add appends a page with its new number, flags and position.
func (c *oggCut) add(p page, flags byte) error {
	binary.LittleEndian.PutUint32(p.data[18:], c.pages)
	p.data[5] = p.flags()&flagContinued | flags
	if position := p.position(); position >= 0 {
		binary.LittleEndian.PutUint64(p.data[6:], uint64(max(0, position-c.base)))
	}
	seal(p.data)
	c.last = len(c.data)
	c.pages++
	return add(&c.data, p.data)
}

// finish marks the last page as that.
func (c *oggCut) finish() {
	p := c.data[c.last:]
	p[5] |= flagLast
	seal(p)
}

// copyHeaders copies the pages with the three packets that a decoder must know, and returns the sampling rate.
func copyHeaders(in *bufio.Reader) (cut oggCut, rate, serial uint32, err error) {
	packets := 0
	for range maxPages {
		p, err := readPage(in)
		if err != nil {
			return cut, 0, 0, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		if packets == 0 {
			// The first page of each stream of the file has one packet that says what it is.
			body := p.body()
			if p.flags()&flagFirst == 0 {
				return cut, 0, 0, fmt.Errorf("%w: there is no Vorbis in it", ErrFormat)
			}
			if len(body) < 30 || string(body[:7]) != "\x01vorbis" {
				continue
			}
			serial, rate = p.serial(), binary.LittleEndian.Uint32(body[12:])
			if rate == 0 || rate > math.MaxInt32 || p.packetEnds() != 1 {
				return cut, 0, 0, fmt.Errorf("%w: its first page is damaged", ErrFormat)
			}
		}
		if p.serial() != serial {
			continue
		}
		packets += p.packetEnds()
		flags := byte(0)
		if cut.pages == 0 {
			flags = flagFirst
		}
		if err := cut.add(p, flags); err != nil {
			return cut, 0, 0, err
		}
		switch {
		case len(cut.data) > maxHeaders:
			return cut, 0, 0, fmt.Errorf("%w: its headers are too large", ErrFormat)
		case packets == 3:
			return cut, rate, serial, nil
		case packets > 3: // sound must begin on a page of its own
			return cut, 0, 0, fmt.Errorf("%w: its headers are damaged", ErrFormat)
		}
	}
	return cut, 0, 0, ErrFormat
}

// seal writes a page's checksum: CRC-32 with the polynomial 0x04c11db7, the highest bit first, over the page with zeros in
// the checksum's place.
func seal(page []byte) {
	clear(page[22:26])
	crc := uint32(0)
	for _, b := range page {
		crc = crc<<8 ^ crcTable[byte(crc>>24)^b]
	}
	binary.LittleEndian.PutUint32(page[22:], crc)
}

var crcTable = func() (table [256]uint32) {
	for i := range table {
		crc := uint32(i) << 24
		for range 8 {
			carry := crc >> 31
			crc = crc<<1 ^ carry*0x04c11db7
		}
		table[i] = crc
	}
	return table
}()
