package config

import "log/slog"

// masked stands for a secret wherever one is shown.
const masked = "***"

// Secret is a string that does not print, log or marshal.
type Secret string

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return string(s) }

// String returns a mask, or nothing when there is no secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return masked
}

// GoString masks like String.
func (s Secret) GoString() string { return s.String() }

// LogValue masks like String.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText masks like String.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
