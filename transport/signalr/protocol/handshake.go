package protocol

import "encoding/json"

// Version is the version of both protocols that is spoken here. The next one is about reconnecting without a gap, which the game
// does not ask for.
const Version = 1

// Handshake is what a client says first.
type Handshake struct {
	Protocol string `json:"protocol"`
	Version  int    `json:"version"`
}

// SplitHandshake cuts a handshake, or the answer to one, off b. It fails like Protocol.Split.
func SplitHandshake(b []byte, limit int) (message, rest []byte, err error) { return record(b, limit) }

// ParseHandshake reads what SplitHandshake cut.
func ParseHandshake(message []byte) (Handshake, error) {
	var h struct {
		Protocol *string `json:"protocol"`
		Version  *int    `json:"version"`
	}
	if err := json.Unmarshal(message, &h); err != nil || h.Protocol == nil || h.Version == nil {
		return Handshake{}, ErrInvalid
	}
	return Handshake{Protocol: *h.Protocol, Version: *h.Version}, nil
}

// Frame returns the handshake as it is sent.
func (h Handshake) Frame() []byte {
	return append(AppendJSON(nil, h), separator)
}

// Welcome returns the answer to a handshake; a refusal says why.
func Welcome(refusal string) []byte {
	b := []byte{'{'}
	if refusal != "" {
		b = appendText(append(b, `"error":`...), refusal)
	}
	return append(b, '}', separator)
}

// ParseWelcome reads the answer to a handshake, and returns why it was refused, if it was.
func ParseWelcome(message []byte) (refusal string, err error) {
	var answer struct {
		Error string `json:"error"`
	}
	if err := json.Unmarshal(message, &answer); err != nil {
		return "", ErrInvalid
	}
	return answer.Error, nil
}
