package hubs

import (
	"github.com/tinylib/msgp/msgp"

	"github.com/pure-peace/peace/osu/score"
)

// maxStatistics bounds the entries of a map of statistics. The client has 18 results.
const maxStatistics = 64

// appendStatistics appends the counts that are not zero, by the number of the result.
func appendStatistics(b []byte, s *score.Statistics) []byte {
	var n uint32
	for _, count := range s {
		if count != 0 {
			n++
		}
	}
	b = msgp.AppendMapHeader(b, n)
	for result, count := range s {
		if count != 0 {
			b = appendInt(b, int32(score.Result(result).Number()))
			b = appendInt(b, count)
		}
	}
	return b
}

// statistics reads counts. Results that we do not know are left out.
func (r *reader) statistics(s *score.Statistics) {
	*s = score.Statistics{}
	n := r.pairs(maxStatistics)
	for i := 0; r.next(i, n); i++ {
		number, count := r.int32(), r.int32()
		if count < 0 {
			r.fail(errRange)
		}
		if result, err := score.ResultOf(int(number)); err == nil && r.err == nil {
			s[result] = count
		}
	}
}
