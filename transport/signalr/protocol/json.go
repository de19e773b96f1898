package protocol

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// separator ends every message of the JSON protocol, and the handshake of both.
const separator = 0x1e

// JSON is the text protocol: each message is an object, with a separator behind it.
var JSON Protocol = jsonText{}

type jsonText struct{}

func (jsonText) Name() string { return "json" }
func (jsonText) Text() bool   { return true }

func (jsonText) Split(b []byte, limit int) (message, rest []byte, err error) { return record(b, limit) }

// record cuts off what a separator ends.
func record(b []byte, limit int) (message, rest []byte, err error) {
	switch i := bytes.IndexByte(b, separator); {
	case i > limit, i < 0 && len(b) > limit:
		return nil, b, ErrTooLong
	case i < 0:
		return nil, b, ErrShort
	default:
		return b[:i:i], b[i+1:], nil
	}
}

// envelope is every field of every message.
type envelope struct {
	Type           Type              `json:"type"`
	InvocationID   *string           `json:"invocationId"`
	Target         *string           `json:"target"`
	Arguments      []json.RawMessage `json:"arguments"`
	StreamIDs      []string          `json:"streamIds"`
	Item           json.RawMessage   `json:"item"`
	Result         json.RawMessage   `json:"result"`
	Error          *string           `json:"error"`
	AllowReconnect bool              `json:"allowReconnect"`
}

func (jsonText) Parse(b []byte) (Message, error) {
	var e envelope
	if err := json.Unmarshal(b, &e); err != nil {
		return Message{}, ErrInvalid
	}
	m := Message{Type: e.Type, Reconnect: e.AllowReconnect}
	if e.InvocationID != nil {
		m.ID = []byte(*e.InvocationID)
	}
	if e.Error != nil {
		m.Error = *e.Error
	}
	switch m.Type {
	case 0:
		return Message{}, ErrInvalid
	case Invocation, StreamInvocation:
		if e.Target == nil || e.Arguments == nil {
			return Message{}, ErrInvalid
		}
		m.Target, m.Count = []byte(*e.Target), len(e.Arguments)
		for i, a := range e.Arguments {
			if i > 0 {
				m.Body = append(m.Body, ',')
			}
			m.Body = append(m.Body, a...)
		}
		for range e.StreamIDs { // for Tail: one mark for each stream
			m.Body = append(m.Body, separator)
		}
	case StreamItem:
		m.Body = e.Item
	case Completion:
		switch {
		case e.Error != nil && e.Result != nil:
			return Message{}, ErrInvalid
		case e.Error != nil:
			m.Result = Failed
		case e.Result != nil:
			m.Result, m.Body = Value, e.Result
		default:
			m.Result = Void
		}
	}
	return m, nil
}

func (jsonText) Tail(rest []byte, m Message) (streams int, err error) {
	marks := bytes.TrimLeft(rest, "\x1e")
	if len(marks) > 0 || m.Type != Invocation && m.Type != StreamInvocation && len(rest) > 0 {
		return 0, ErrInvalid
	}
	return len(rest), nil
}

func (jsonText) Begin(b []byte, m Message) []byte {
	b = strconv.AppendUint(append(b, `{"type":`...), uint64(m.Type), 10)
	if m.ID != nil {
		b = appendText(append(b, `,"invocationId":`...), string(m.ID))
	}
	switch m.Type {
	case Invocation, StreamInvocation:
		b = appendText(append(b, `,"target":`...), string(m.Target))
		b = append(b, `,"arguments":[`...)
	case StreamItem:
		b = append(b, `,"item":`...)
	case Completion:
		switch m.Result {
		case Failed:
			b = appendText(append(b, `,"error":`...), m.Error)
		case Value:
			b = append(b, `,"result":`...)
		}
	case Close:
		if m.Error != "" {
			b = appendText(append(b, `,"error":`...), m.Error)
		}
		if m.Reconnect {
			b = append(b, `,"allowReconnect":true`...)
		}
	}
	return b
}

func (jsonText) Separate(b []byte) []byte { return append(b, ',') }

func (jsonText) End(b []byte, m Message) []byte {
	if m.Type == Invocation || m.Type == StreamInvocation {
		b = append(b, ']')
	}
	return append(b, '}', separator)
}

func appendText(b []byte, text string) []byte {
	encoded, err := json.Marshal(text)
	if err != nil {
		panic("protocol: a string does not marshal: " + err.Error())
	}
	return append(b, encoded...)
}

// ReadJSON reads the first of the values in a Body of the JSON protocol. It fits where a reader of one value is asked for.
func ReadJSON[T any](b []byte) (v T, rest []byte, err error) {
	values := b
	if i := bytes.IndexByte(b, separator); i >= 0 { // never inside of a value: JSON escapes it
		values = b[:i]
	}
	decoder := json.NewDecoder(bytes.NewReader(values))
	if err := decoder.Decode(&v); err != nil {
		return v, b, err
	}
	rest = b[decoder.InputOffset():]
	if len(rest) > 0 && rest[0] == ',' {
		rest = rest[1:]
	}
	return v, rest, nil
}

// AppendJSON appends a value for the JSON protocol. It panics when the type of v is none that JSON can hold.
func AppendJSON[T any](b []byte, v T) []byte {
	encoded, err := json.Marshal(v)
	if err != nil {
		panic("protocol: a value does not marshal: " + err.Error())
	}
	return append(b, encoded...)
}
