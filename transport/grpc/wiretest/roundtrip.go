package wiretest

import (
	"math"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/pure-peace/peace/osu/mods"
)

// message is what every generated message M is, by its pointer.
type message[M any] interface {
	*M
	proto.Message
}

// RoundTrip checks that values of T survive the wire: a field that the .proto forgot, or holds in too narrow a type, fails
// the test. from and to are the generated converters: RoundTrip(t, userspb.FromUser, userspb.ToUser).
//
// It tries the zero value, values with every field set, and random ones. shape, where given, makes them values that the
// contract allows, for example by keeping one member of a oneof. The values are the same in every run.
func RoundTrip[T, M any, P message[M]](t testing.TB, from func(T) P, to func(P) (T, error), shape ...func(*T)) {
	t.Helper()
	var zero T
	for i := range 200 {
		v := zero
		if i > 0 {
			f := filler{rand.New(rand.NewPCG(uint64(i), 0)), i < 20}
			if problem := f.fill(reflect.ValueOf(&v).Elem()); problem != "" {
				t.Fatalf("%T%s", v, problem)
			}
		}
		for _, change := range shape {
			change(&v)
		}
		bytes, err := proto.Marshal(from(v))
		if err != nil {
			t.Fatalf("%+v: %v", v, err)
		}
		m := P(new(M))
		if err := proto.Unmarshal(bytes, m); err != nil {
			t.Fatalf("%+v: %v", v, err)
		}
		got, err := to(m)
		if err != nil {
			t.Fatalf("%+v: %v", v, err)
		}
		if !reflect.DeepEqual(got, v) {
			t.Fatalf("%T changed on the wire\n sent %+v\n  got %+v", v, v, got)
		}
	}
}

// filler sets values at random; with full set, every one to something that is not zero.
type filler struct {
	*rand.Rand
	full bool
}

// fill sets v and what it contains. It returns the path and type of what it does not know.
func (f filler) fill(v reflect.Value) (problem string) {
	if !f.full && f.IntN(4) == 0 {
		return ""
	}
	switch p := v.Addr().Interface().(type) {
	case *time.Time:
		*p = time.Unix(f.Int64N(1<<32), f.Int64N(1e9)).UTC()
		return ""
	case *netip.Addr:
		var b [16]byte
		for i := range b {
			b[i] = byte(f.Uint32())
		}
		*p = netip.AddrFrom16(b)
		return ""
	case *mods.Set:
		*p = mods.Set{{Acronym: mods.Hidden}, mods.Mod{Acronym: mods.DoubleTime}.With("speed_change", float64(101+f.IntN(40))/100)}
		return ""
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int: // perhaps an enum, which has 32 bits on the wire
		v.SetInt(int64(f.bits(31)))
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n := int64(f.bits(v.Type().Bits() - 1))
		if f.IntN(2) == 0 {
			n = -n
		}
		v.SetInt(n)
	case reflect.Uint:
		v.SetUint(f.bits(31))
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(f.bits(v.Type().Bits()))
	case reflect.Float32:
		v.SetFloat(float64(float32(f.NormFloat64())))
	case reflect.Float64:
		v.SetFloat(f.NormFloat64())
	case reflect.String:
		v.SetString(string([]rune("peace, 平和 и мир\x00\n")[f.IntN(12):]))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return f.fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1+f.IntN(3), 4))
		for i := range v.Len() {
			if problem := f.fill(v.Index(i)); problem != "" {
				return "[]" + problem
			}
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		if problem := f.fill(key) + f.fill(value); problem != "" {
			return "[]" + problem
		}
		v.SetMapIndex(key, value)
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if !field.IsExported() {
				return ": RoundTrip cannot fill " + v.Type().String()
			}
			if problem := f.fill(v.Field(i)); problem != "" {
				return "." + field.Name + problem
			}
		}
	default:
		return ": RoundTrip cannot fill " + v.Type().String()
	}
	return ""
}

// bits returns a number of at most n bits that is not zero, often the greatest.
func (f filler) bits(n int) uint64 {
	greatest := uint64(math.MaxUint64) >> (64 - n)
	if f.IntN(4) == 0 {
		return greatest
	}
	return f.Uint64N(greatest) + 1
}
