package beatmap

import (
	"math"
	"strconv"
	"testing"
)

// TestParseInt checks the forms that int.Parse takes.
func TestParseInt(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int32{
		"0": 0, "-0": 0, "+7": 7, " \t\n\v\f\r12 \t": 12, "0000000000000042": 42, "2147483647": math.MaxInt32,
		"-2147483647": -math.MaxInt32, "5\x00\x00": 5, "5 \x00": 5,
	} {
		if got, ok := parseInt([]byte(text)); !ok || got != want {
			t.Errorf("%q: %v %v, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"", " ", "-", "+", "- 5", "+-5", "5-", "1,000", "1.0", "1e3", "0x1", "2147483648", "-2147483648", "99999999999999999999",
		"5\x00 ", "5a", "１", "\u00a05", "NaN", "(5)",
	} {
		if got, ok := parseInt([]byte(text)); ok {
			t.Errorf("%q: %v", text, got)
		}
	}
	if got, ok := parseInt32([]byte("-2147483648")); !ok || got != math.MinInt32 {
		t.Errorf("int.TryParse takes the lowest: %v %v", got, ok)
	}
}

// TestParseDouble checks the forms that double.Parse takes.
func TestParseDouble(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{
		"0": 0, "1.5": 1.5, ".5": 0.5, "5.": 5, "+.5e1": 5, "-1.25E-2": -0.0125, " 7 ": 7, "1,000": 1000, "1,,2.5": 12.5, "1,": 1,
		"329.67032967033": 329.67032967033, "0.1": 0.1, "2147483647": maxValue, "-2147483647": -maxValue, "1e9": 1e9, "1\x00": 1,
		"0e999999999999": 0, "1e-999999999999": 0, "123456789012345678901234567890e-25": 12345.678901234567890,
		"0.000000000000000000000000000000000001": 1e-36, "00000000000000000000001": 1, "1.0000000000000000000000000000000000001": 1,
	} {
		if got, ok := parseDouble([]byte(text)); !ok || got != want {
			t.Errorf("%q: %v %v, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"", ".", "-", "- 1", "+-1", "1-", "1 2", ",1", "1e", "1e+", "e5", "1e5.5", "0x10", "1_000", "1.2.3", "1.5,0", "$1", "NaN", "nan",
		"Infinity", "-Infinity", "+Infinity", "∞", "inf", "2147483648", "-2147483648", "1e10", "1e999", "1e99999999999", "1\x001",
		"Random string 123",
	} {
		if got, ok := parseDouble([]byte(text)); ok {
			t.Errorf("%q: %v", text, got)
		}
	}
	if v, ok := parseDouble([]byte("-0")); !ok || v != 0 || !math.Signbit(v) {
		t.Errorf("-0: %v %v", v, ok)
	}
}

// TestParseSymbols checks the names of what is no number, which double.Parse takes in any case.
func TestParseSymbols(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{
		"NaN": math.NaN(), "nan": math.NaN(), " NAN\u00a0": math.NaN(), "-NaN": math.NaN(), "+nan": math.NaN(),
		"Infinity": math.Inf(1), "+infinity": math.Inf(1), "-INFINITY": math.Inf(-1), "1e400": math.Inf(1), "-1e400": math.Inf(-1),
	} {
		got, ok := parseFloat64([]byte(text))
		if !ok || got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Errorf("%q: %v %v, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"- NaN", "+-NaN", "Infinit", "Infinity0", "N\x00N"} {
		if got, ok := parseFloat64([]byte(text)); ok {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// TestParseFloat checks that numbers are rounded once, to single precision.
func TestParseFloat(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"0", "0.7", "0.1", "256.99853", "16777217", "16777219", "131071.99", "3.3333333333333", "1.00000005960464477539", "1e-45", "123456.7890123",
		"0.30000001192092896", "7.038531e-26",
	} {
		want, err := strconv.ParseFloat(text, 32)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := parseFloat([]byte(text), maxValue); !ok || got != float32(want) {
			t.Errorf("%q: %v %v, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"131073", "-131073", "NaN", "1e39", "x"} {
		if got, ok := parseFloat([]byte(text), maxCoordinate); ok {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// FuzzParseFloat compares plain numbers with the standard library's.
func FuzzParseFloat(f *testing.F) {
	for _, seed := range []string{"1.5", "-0", "123456789.123456789", "1e22", "1.7976931348623157e308", "4.9e-324", ".1", "9007199254740993"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range text {
			if (c < '0' || c > '9') && c != '.' && c != '-' && c != 'e' && c != 'E' {
				return
			}
		}
		want, err := strconv.ParseFloat(text, 64)
		if err != nil && !math.IsInf(want, 0) {
			if got, ok := parseFloat64([]byte(text)); ok {
				t.Errorf("%q: %v", text, got)
			}
			return
		}
		if got, ok := parseFloat64([]byte(text)); !ok || got != want {
			t.Errorf("%q: %v %v, want %v", text, got, ok, want)
		}
		want32, _ := strconv.ParseFloat(text, 32)
		if got, ok := parseFloat32([]byte(text)); !ok || got != float32(want32) {
			t.Errorf("%q: %v %v, want %v", text, got, ok, want32)
		}
	})
}

// TestParseEnum checks the forms that Enum.TryParse takes.
func TestParseEnum(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int32{
		"None": 0, " Soft ": 2, "3": 3, "+1": 1, "-4": -4, "99": 99, "Normal,Soft": 3, "Normal , Soft": 3, "2 ": 2,
	} {
		if got, ok := parseEnum([]byte(text), bankNames); !ok || got != want {
			t.Errorf("%q: %v %v, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", " ", "soft", "Loud", "Soft,", ",", "1,2", "1.0", "99999999999", "1 Soft"} {
		if got, ok := parseEnum([]byte(text), bankNames); ok {
			t.Errorf("%q: %v", text, got)
		}
	}
}
