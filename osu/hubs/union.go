package hubs

import "github.com/tinylib/msgp/msgp"

// appendUnion appends what stands before an object of a union: its class.
func appendUnion(b []byte, number int32) []byte {
	return appendInt(msgp.AppendArrayHeader(b, 2), number)
}

// appendEmpty appends an object of a union that has no members.
func appendEmpty(b []byte, number int32) []byte { return begin(appendUnion(b, number), 0) }

// union reads what stands before an object of a union, and returns false for null.
func (r *reader) union() (number int, ok bool) {
	if r.err != nil || r.null() {
		return 0, false
	}
	if r.array(len(r.b)) != 2 {
		r.fail(errUnion)
	}
	number = int(r.int32())
	return number, r.err == nil
}

// empty reads an object that has no members that we know.
func (r *reader) empty() { r.rest(r.begin()) }
