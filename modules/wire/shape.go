package wire

import "github.com/pure-peace/peace/modules/fault"

// Each reading shape takes the error of the message being read, so that a converter is one line a field: it does nothing
// once *err is set, and it sets *err to the first failure with name in front of its "field" detail.

// Set reads a singular field.
func Set[S, D any](err *error, name string, dst *D, src S, to func(S) (D, error)) {
	if *err != nil {
		return
	}
	d, failed := to(src)
	if failed != nil {
		*err = at(name, failed)
		return
	}
	*dst = d
}

// Optional reads a scalar field with presence; absent is nil.
func Optional[S, D any](err *error, name string, dst **D, src *S, to func(S) (D, error)) {
	if *err != nil || src == nil {
		return
	}
	d := new(D)
	if Set(err, name, d, *src, to); *err == nil {
		*dst = d
	}
}

// Pointer reads an optional message or a member of a oneof; absent is nil.
func Pointer[S, D any](err *error, name string, dst **D, src *S, to func(*S) (D, error)) {
	if *err != nil || src == nil {
		return
	}
	d := new(D)
	if Set(err, name, d, src, to); *err == nil {
		*dst = d
	}
}

// List reads a repeated field; an empty one is nil.
func List[S, D any, L ~[]D](err *error, name string, dst *L, src []S, to func(S) (D, error)) {
	if *err != nil || len(src) == 0 {
		return
	}
	list := make(L, len(src))
	for i, s := range src {
		Set(err, name, &list[i], s, to)
	}
	if *err == nil {
		*dst = list
	}
}

// Map reads a map field; an empty one is nil. Two keys that become one key of the contract's type are malformed.
func Map[SK, DK comparable, SV, DV any, M ~map[DK]DV](err *error, name string, dst *M, src map[SK]SV,
	toKey func(SK) (DK, error), toValue func(SV) (DV, error),
) {
	if *err != nil || len(src) == 0 {
		return
	}
	m := make(M, len(src))
	for sk, sv := range src {
		var k DK
		var v DV
		Set(err, name, &k, sk, toKey)
		Set(err, name, &v, sv, toValue)
		m[k] = v
	}
	if *err == nil && len(m) < len(src) {
		*err = at(name, ErrMalformed.WithMessage("two keys are the same"))
	}
	if *err == nil {
		*dst = m
	}
}

// FromOptional writes a scalar field with presence; nil is absent.
func FromOptional[S, D any](src *D, from func(D) S) *S {
	if src == nil {
		return nil
	}
	s := from(*src)
	return &s
}

// FromPointer writes an optional message; nil is absent.
func FromPointer[S, D any](src *D, from func(D) *S) *S {
	if src == nil {
		return nil
	}
	return from(*src)
}

// FromList writes a repeated field.
func FromList[S, D any, L ~[]D](src L, from func(D) S) []S {
	if len(src) == 0 {
		return nil
	}
	list := make([]S, len(src))
	for i, d := range src {
		list[i] = from(d)
	}
	return list
}

// FromMap writes a map field.
func FromMap[SK, DK comparable, SV, DV any, M ~map[DK]DV](src M, fromKey func(DK) SK, fromValue func(DV) SV) map[SK]SV {
	if len(src) == 0 {
		return nil
	}
	m := make(map[SK]SV, len(src))
	for k, v := range src {
		m[fromKey(k)] = fromValue(v)
	}
	return m
}

// at puts name in front of the path of the field that failed.
func at(name string, err error) error {
	f := fault.As(err)
	if f == nil {
		return err
	}
	if inner := f.Details["field"]; inner != "" {
		name += "." + inner
	}
	return f.With("field", name)
}
