package replay

import (
	"fmt"
	"strconv"
	"strings"
)

// Life is a point of a life bar.
type Life struct {
	Time   int32   // ms of the music
	Health float32 // 0 to 1
}

// ParseLife reads the life bar of a file: pairs "time|health", each followed by a comma. It is empty when the file has none.
func ParseLife(s string) ([]Life, error) {
	points := make([]Life, 0, min(strings.Count(s, "|"), MaxLife))
	for rest := s; rest != ""; {
		var pair string
		pair, rest, _ = strings.Cut(rest, ",")
		if strings.TrimSpace(pair) == "" {
			continue
		}
		at, health, _ := strings.Cut(pair, "|")
		t, okTime := parseInt([]byte(at))
		h, okHealth := parseFloat([]byte(health), maxCoordinate)
		if !okTime || t != int64(int32(t)) || !okHealth {
			return nil, fmt.Errorf("%w: %.64q", ErrLife, pair)
		}
		points = append(points, Life{int32(t), h})
	}
	return points, nil
}

// FormatLife returns the text that [ParseLife] reads.
func FormatLife(points []Life) string {
	b := make([]byte, 0, 12*len(points))
	for _, p := range points {
		b = strconv.AppendInt(b, int64(p.Time), 10)
		b = strconv.AppendFloat(append(b, '|'), float64(p.Health), 'f', -1, 32)
		b = append(b, ',')
	}
	return string(b)
}
