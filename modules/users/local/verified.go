package local

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"net/netip"
	"sync"
)

// verified remembers which password was checked against which stored hash, so that checking it again costs no hash. What it
// keeps is an HMAC of both under a key that never leaves the process. A password that changes, here or in another
// process, changes the stored hash, and with it the HMAC that would be needed: nothing has to be invalidated.
type verified struct {
	key [32]byte

	mu    sync.Mutex
	known *recent[int32, proof]
}

type proof struct {
	mac  [sha256.Size]byte
	from netip.Prefix // where the password came from last
}

func newVerified(size int) *verified {
	v := &verified{known: newRecent[int32, proof](size)}
	_, _ = rand.Read(v.key[:]) // never fails
	return v
}

// check reports whether md5 is the password that stored was last verified with, and notes where it came from when it is.
func (v *verified) check(id int32, stored, md5 string, from netip.Prefix) bool {
	mac := v.mac(id, stored, md5)
	v.mu.Lock()
	defer v.mu.Unlock()
	p, ok := v.known.get(id)
	if !ok || !hmac.Equal(mac[:], p.mac[:]) {
		return false
	}
	if p.from != from {
		v.known.put(id, proof{mac, from})
	}
	return true
}

// from reports whether the last password that was right for the account came from this network.
func (v *verified) from(id int32, network netip.Prefix) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	p, ok := v.known.get(id)
	return ok && p.from == network
}

// remember notes that md5 is the password behind stored.
func (v *verified) remember(id int32, stored, md5 string, from netip.Prefix) {
	p := proof{v.mac(id, stored, md5), from}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.known.put(id, p)
}

func (v *verified) mac(id int32, stored, md5 string) (sum [sha256.Size]byte) {
	h := hmac.New(sha256.New, v.key[:])
	message := binary.BigEndian.AppendUint32(nil, uint32(id))
	message = append(message, md5...) // 32 digits always: no ambiguity with what follows
	message = append(message, stored...)
	h.Write(message)
	h.Sum(sum[:0])
	return sum
}
