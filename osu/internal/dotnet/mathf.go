package dotnet

import "math"

// Trigonometry in single precision is the C library's, and shows in its last bit. This is glibc's before 2.41, which .NET runs
// on in its Linux containers: sine and cosine by a polynomial in double precision, the arc tangent all in single precision.

// maxReduced is where glibc begins to reduce angles in another way, which is exact enough for the standard library to agree.
const maxReduced = 120

// Polynomials of the sine and the cosine of up to π/4, by the lowest power first.
//
// Source: glibc sysdeps/ieee754/flt-32/s_sincosf_data.c.
var (
	sinTerms = [...]float64{-0x1.555545995a603p-3, 0x1.1107605230bc4p-7, -0x1.994eb3774cf24p-13}
	cosTerms = [...]float64{1, -0x1.ffffffd0c621cp-2, 0x1.55553e1068f19p-5, -0x1.6c087e89a359dp-10, 0x1.99343027bf8c3p-16}
)

// SinF returns the sine of a, as MathF.Sin does.
func SinF(a float32) float32 {
	switch size := math.Abs(float64(a)); {
	case size < 0x1p-12:
		return a
	case size < maxReduced:
		quarter, x := reduce(float64(a))
		return float32(wave(quarter, x))
	}
	return float32(math.Sin(float64(a)))
}

// CosF returns the cosine of a, as MathF.Cos does.
func CosF(a float32) float32 {
	switch size := math.Abs(float64(a)); {
	case size < 0x1p-12:
		return 1
	case size < maxReduced:
		quarter, x := reduce(float64(a))
		return float32(wave(quarter+1, x))
	}
	return float32(math.Cos(float64(a)))
}

// reduce returns the nearest multiple of π/2 to a, and what is beyond it.
func reduce(a float64) (quarter int32, x float64) {
	const perRadian = 2 / math.Pi * (1 << 24)
	quarter = (int32(a*perRadian) + 1<<23) >> 24
	return quarter, a - float64(float64(quarter)*(math.Pi/2))
}

// wave returns the sine of x plus a multiple of π/2, for x of up to π/4.
func wave(quarter int32, x float64) float64 {
	square := x * x
	var v float64
	if quarter&1 == 0 {
		t, cube := &sinTerms, x*square
		v = x + float64(cube*t[0]) + float64(cube*square*(t[1]+float64(square*t[2])))
	} else {
		t, fourth := &cosTerms, square*square
		v = t[0] + float64(square*t[1]) + float64(fourth*t[2]) + float64(fourth*square*(t[3]+float64(square*t[4])))
	}
	if quarter&2 != 0 {
		return -v
	}
	return v
}

// Atan2F returns the angle of the point x, y, as MathF.Atan2 does with y first.
//
// Source: glibc sysdeps/ieee754/flt-32/e_atan2f.c, which is fdlibm's.
func Atan2F(y, x float32) float32 {
	const pi, piRest = float32(math.Pi), float32(-8.7422776573e-08) // together π in more than single precision
	if x == 1 && y == y {
		return atanF(y)
	}
	if x == 0 || y == 0 || !(float32(math.Abs(float64(x))) <= math.MaxFloat32) || !(float32(math.Abs(float64(y))) <= math.MaxFloat32) {
		return float32(math.Atan2(float64(y), float64(x)))
	}
	exponent := func(f float32) int32 { return int32(math.Float32bits(f) &^ (1 << 31)) }
	var z float32
	switch k := (exponent(y) - exponent(x)) >> 23; {
	case k > 60:
		z = math.Pi / 2
	case k < -60 && x < 0:
		z = 0
	default:
		z = atanF(float32(math.Abs(float64(y / x))))
	}
	switch {
	case x > 0 && y > 0:
		return z
	case x > 0:
		return -z
	case y > 0:
		return pi - (z - piRest)
	}
	return (z - piRest) - pi
}

// Arc tangents of 1/2, 1, 3/2 and infinity, each as a sum of two numbers, and the polynomial of what is left.
//
// Source: glibc sysdeps/ieee754/flt-32/s_atanf.c, which is fdlibm's.
var (
	atanHigh = [...]float32{4.6364760399e-01, 7.8539812565e-01, 9.8279368877e-01, 1.5707962513e+00}
	atanLow  = [...]float32{5.0121582440e-09, 3.7748947079e-08, 3.4473217170e-08, 7.5497894159e-08}
	atanTerm = [...]float32{
		3.3333334327e-01, -2.0000000298e-01, 1.4285714924e-01, -1.1111110449e-01, 9.0908870101e-02, -7.6918758452e-02,
		6.6610731184e-02, -5.8335702866e-02, 4.9768779427e-02, -3.6531571299e-02, 1.6285819933e-02,
	}
)

// atanF returns the arc tangent of v.
func atanF(v float32) float32 {
	x := float32(math.Abs(float64(v)))
	near := -1 // of which number x is reduced by
	switch {
	case x >= 1<<25:
		near, x = 3, 0
	case x < 0x1p-29:
		return v
	case x < 0.4375:
	case x < 0.6875:
		near, x = 0, (2*x-1)/(2+x)
	case x < 1.1875:
		near, x = 1, (x-1)/(x+1)
	case x < 2.4375:
		near, x = 2, (x-1.5)/(1+float32(1.5*x))
	default:
		near, x = 3, -1/x
	}
	square := x * x
	fourth := square * square
	odd, even := float32(0), float32(0)
	for i := len(atanTerm) - 1; i >= 2; i -= 2 {
		odd = float32(fourth * (atanTerm[i] + odd))
		even = float32(fourth * (atanTerm[i-1] + even))
	}
	sum := float32(square*(atanTerm[0]+odd)) + even
	z := float32(x * sum)
	if near < 0 {
		z = x - z
	} else {
		z = atanHigh[near] - ((z - atanLow[near]) - x)
	}
	if v < 0 {
		return -z
	}
	return z
}
