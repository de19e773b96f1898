package local

import "context"

// Sweep is what Run does at its start and every hour.
func (s *Service) Sweep(ctx context.Context) error { return s.engine.sweep(ctx) }

// Path returns where a key lies in the directory.
func Path(key string) (dir, name string) { return place(key) }
