package local

import (
	"crypto/md5" //nolint:gosec // beatmaps are named by their MD5 everywhere in the game; it guards nothing
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// folder keeps beatmaps by the MD5 of their bytes, in 256 subfolders: ab/abcd….osu.
type folder struct{ dir string }

// put keeps a file and returns its MD5. A file that is there already is left alone.
func (f folder) put(file []byte) (string, error) {
	sum := md5.Sum(file) //nolint:gosec // see the import
	name := hex.EncodeToString(sum[:])
	path := f.path(name)
	if _, err := os.Stat(path); err == nil {
		return name, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return "", err
	}
	// Under another name until it is complete: nobody ever reads half a beatmap.
	temporary, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return "", err
	}
	_, err = temporary.Write(file)
	if err = errors.Join(err, temporary.Close()); err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		return "", errors.Join(err, os.Remove(temporary.Name()))
	}
	return name, nil
}

// get returns the file of that MD5; ok is false when there is none.
func (f folder) get(name string) (file []byte, ok bool, err error) {
	file, err = os.ReadFile(f.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	return file, err == nil, err
}

func (f folder) path(name string) string { return filepath.Join(f.dir, name[:2], name+".osu") }

// hash returns an MD5 in the form that names a file; ok is false when s is none.
func hash(s string) (string, bool) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != md5.Size {
		return "", false
	}
	return hex.EncodeToString(b), true
}
