package realip

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// maxHops bounds how far a chain of proxies is followed.
const maxHops = 16

// forwardedFor returns the client's address by the first configured header that is present, or the zero Addr.
func (p *Proxies) forwardedFor(h http.Header) netip.Addr {
	for _, name := range p.headers {
		values := h[name]
		if len(values) == 0 {
			continue
		}
		switch name {
		case xForwardedFor:
			return p.rightmost(values, func(element string) string { return element })
		case forwarded:
			return p.rightmost(values, forParameter)
		default:
			if len(values) == 1 { // two of them contradict each other
				addr, _ := parseHop(values[0])
				return addr
			}
			return netip.Addr{}
		}
	}
	return netip.Addr{}
}

// rightmost walks a list of hops from the nearest one and returns the first that is no listed proxy, or the farthest proxy
// when all are. A hop that is no address ends the walk: what is beyond it cannot be vouched for.
func (p *Proxies) rightmost(lines []string, address func(element string) string) netip.Addr {
	var last netip.Addr
	hops := 0
	for _, line := range slices.Backward(lines) {
		for line != "" {
			element := line
			if comma := strings.LastIndexByte(line, ','); comma >= 0 {
				line, element = line[:comma], line[comma+1:]
			} else {
				line = ""
			}
			addr, ok := parseHop(address(element))
			if hops++; !ok || hops > maxHops {
				return last
			}
			if last = addr; !p.Trusts(addr) {
				return addr
			}
		}
	}
	return last
}

// parseHop reads an address as proxies write it: bare, with a port, or in brackets.
func parseHop(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	addr, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(text, "["), "]"))
	if err != nil {
		withPort, err := netip.ParseAddrPort(text)
		if err != nil {
			return netip.Addr{}, false
		}
		addr = withPort.Addr()
	}
	return addr.Unmap().WithZone(""), true
}

// forParameter returns the for parameter of a Forwarded element (RFC 7239), or "".
func forParameter(element string) string {
	for pair := range strings.SplitSeq(element, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		if strings.EqualFold(name, "for") {
			return strings.Trim(value, `"`)
		}
	}
	return ""
}
