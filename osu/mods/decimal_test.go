package mods

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"
)

// TestGridRoundsAsDecimals compares with exact arithmetic on the decimal forms.
func TestGridRoundsAsDecimals(t *testing.T) {
	exact := func(v, step float64, bits int) float64 {
		rational := func(f float64, bits int) *big.Rat {
			r, ok := new(big.Rat).SetString(strconv.FormatFloat(f, 'e', map[int]int{32: 6, 64: 14}[bits], bits))
			if !ok {
				t.Fatal(f)
			}
			return r
		}
		q := new(big.Rat).Quo(rational(v, bits), rational(step, 64))
		twice := new(big.Int).Quo(new(big.Int).Mul(q.Num(), big.NewInt(2)), q.Denom()) // floor(2q) for positive q
		n := new(big.Int).Rsh(new(big.Int).Add(twice, big.NewInt(1)), 1)               // half up
		if isHalf := new(big.Rat).Mul(q, big.NewRat(2, 1)); isHalf.IsInt() && isHalf.Num().Bit(0) == 1 && n.Bit(0) == 1 {
			n.Sub(n, big.NewInt(1))
		}
		f, _ := new(big.Rat).Mul(new(big.Rat).SetInt(n), rational(step, 64)).Float64()
		return f
	}
	random := rand.New(rand.NewPCG(1, 2))
	for _, step := range []float64{0.01, 0.1, 0.05, 0.5, 0.001, 10, 120, float64(float32(0.1))} {
		wide, narrow := gridOf(step, 64), gridOf(step, 32)
		for i := range 4000 {
			v := random.Float64() * step * 200
			switch i % 4 {
			case 1: // a middle
				v = (math.Floor(v/step) + 0.5) * step
			case 2: // a decimal middle
				v, _ = strconv.ParseFloat(strconv.FormatFloat((math.Floor(v/step)+0.5)*step, 'f', 4, 64), 64)
			case 3:
				v = math.Nextafter((math.Floor(v/step)+0.5)*step, random.Float64()*1e9)
			}
			for _, g := range []grid{wide, narrow} {
				if g.bits == 32 {
					v = float64(float32(v))
				}
				if got, want := g.round(v), exact(v, step, g.bits); got != want {
					t.Fatalf("%v of %d bits on steps of %v: got %v, want %v", v, g.bits, step, got, want)
				}
				if got := g.round(-v); got != -g.round(v) {
					t.Fatalf("%v on steps of %v: got %v", -v, step, got)
				}
			}
		}
	}
}

func TestWiden(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for i := range 100000 {
		v := float32(random.NormFloat64() * 50)
		if i%2 == 0 {
			v = float32(math.Round(float64(v)*1e3) / 1e3)
		}
		want, err := strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64)
		if err != nil {
			t.Fatal(err)
		}
		if got := widen(v); got != want || float32(got) != v {
			t.Fatalf("%v: got %v, want %v", v, got, want)
		}
	}
}
