package osz

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
)

// Copy writes an archive of the files that keep chooses, packed as they are.
func (r *Reader) Copy(w io.Writer, keep func(Entry) bool) error {
	out := zip.NewWriter(w)
	for _, f := range r.all {
		if !keep(Entry{f.Name, int64(f.UncompressedSize64), int64(f.CompressedSize64)}) {
			continue
		}
		if err := out.Copy(f); err != nil {
			return errors.Join(fmt.Errorf("osz: %s: %w", f.Name, err), out.Close())
		}
	}
	return out.Close()
}
