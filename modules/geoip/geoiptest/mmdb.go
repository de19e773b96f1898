package geoiptest

import (
	"bytes"
	"encoding/binary"
	"maps"
	"math"
	"net/netip"
	"slices"
)

// MMDB returns a MaxMind DB file that knows the fixtures, each with the network of 24 or 48 bits around it. kind is the type
// that it claims to be, such as "GeoLite2-City". Only what Peace reads is in it (MaxMind-DB-spec.md of maxmind/MaxMind-DB).
func MMDB(kind string, fixtures ...Fixture) []byte {
	tree := [][2]int{{}} // children; 0 is none, n > 0 another node, -n-1 the record at offset n
	var data bytes.Buffer
	for _, f := range fixtures {
		offset := data.Len()
		write(&data, map[string]any{
			"country":  map[string]any{"iso_code": f.Location.Country, "names": map[string]any{"en": "somewhere"}},
			"location": map[string]any{"latitude": float64(f.Location.Latitude), "longitude": float64(f.Location.Longitude)},
		})
		address := netip.MustParseAddr(f.Address)
		path, bits := address.As16(), 48
		if address.Is4() {
			path[10], path[11], bits = 0, 0, 120 // IPv4 sits at ::/96
		}
		node := 0
		for i := range bits {
			side := path[i/8] >> (7 - i%8) & 1
			if i == bits-1 {
				tree[node][side] = -offset - 1
				break
			}
			if tree[node][side] == 0 {
				tree = append(tree, [2]int{})
				tree[node][side] = len(tree) - 1
			}
			node = tree[node][side]
		}
	}

	var file bytes.Buffer
	for _, node := range tree {
		for _, child := range node {
			value := child
			switch {
			case child == 0:
				value = len(tree)
			case child < 0:
				value = len(tree) + 16 - child - 1
			}
			file.Write([]byte{byte(value >> 16), byte(value >> 8), byte(value)})
		}
	}
	file.Write(make([]byte, 16))
	file.Write(data.Bytes())
	file.WriteString("\xab\xcd\xefMaxMind.com")
	write(&file, map[string]any{
		"binary_format_major_version": uint16(2), "binary_format_minor_version": uint16(0), "build_epoch": uint32(1),
		"database_type": kind, "ip_version": uint16(6), "node_count": uint32(len(tree)), "record_size": uint16(24),
	})
	return file.Bytes()
}

// write encodes a value: a control byte with the type and a size below 29, then the content.
func write(b *bytes.Buffer, value any) {
	switch v := value.(type) {
	case map[string]any:
		b.WriteByte(7<<5 | byte(len(v)))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			write(b, key)
			write(b, v[key])
		}
	case string:
		b.WriteByte(2<<5 | byte(len(v)))
		b.WriteString(v)
	case float64:
		b.WriteByte(3<<5 | 8)
		b.Write(binary.BigEndian.AppendUint64(nil, math.Float64bits(v)))
	case uint16:
		b.WriteByte(5<<5 | 2)
		b.Write(binary.BigEndian.AppendUint16(nil, v))
	case uint32:
		b.WriteByte(6<<5 | 4)
		b.Write(binary.BigEndian.AppendUint32(nil, v))
	}
}
