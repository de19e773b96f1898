package source

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pure-peace/peace/modules/beatmaps"
	"github.com/pure-peace/peace/osu/beatmap"
	"github.com/pure-peace/peace/osu/osz"
)

const (
	maxEntries = 200_000         // files of the directory that are looked at
	rescan     = 1 * time.Minute // between looks for new files
)

// directory serves what an operator puts into a folder: archives whose names begin with their set's id, as the official ones do,
// and .osu files named by their beatmap's id. It knows what the files say of themselves, which is neither status nor dates.
//
// Which beatmaps are in which archive it learns by reading each archive once, when something is looked for that is not in a
// name, and again only when the file has changed.
type directory struct {
	path    string
	maximum int64

	mu       sync.Mutex // held during a scan: the second who asks waits for the first
	scanned  time.Time
	files    map[string]stamp // archives that were read
	archives map[int32]string // by set
	beatmaps map[int32]int32  // sets by beatmap
	md5s     map[string]int32
}

// stamp tells versions of a file apart.
type stamp struct {
	size     int64
	modified time.Time
}

func newDirectory(path string, maximum int64) *directory {
	return &directory{path: path, maximum: maximum}
}

func (d *directory) Name() string { return DirectoryName }

func (d *directory) Set(ctx context.Context, key Key) (beatmaps.Set, error) {
	id, name, err := d.find(ctx, key)
	if err != nil {
		return beatmaps.Set{}, err
	}
	files, err := d.read(name)
	if err != nil {
		return beatmaps.Set{}, err
	}
	return judge(describe(id, files), key)
}

func (d *directory) File(_ context.Context, id int32) ([]byte, error) {
	root, err := os.OpenRoot(d.path)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	file, err := root.Open(strconv.Itoa(int(id)) + ".osu")
	if errors.Is(err, fs.ErrNotExist) {
		return d.fileInArchive(id)
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, ErrNone
	}
	return judgeFile(data)
}

// fileInArchive finds a beatmap in an archive that was read already: to read them all for one file is not worth it.
func (d *directory) fileInArchive(id int32) ([]byte, error) {
	d.mu.Lock()
	name, ok := d.archives[d.beatmaps[id]]
	d.mu.Unlock()
	if !ok {
		return nil, ErrNone
	}
	files, err := d.read(name)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if f.parsed.ID == id && len(f.data) <= maxFile {
			return f.data, nil
		}
	}
	return nil, ErrNone
}

func (d *directory) Archive(ctx context.Context, setID int32, _ bool) (*Archive, error) {
	_, name, err := d.find(ctx, Key{SetID: setID})
	if err != nil {
		return nil, err
	}
	file, info, err := d.open(name)
	if err != nil {
		return nil, err
	}
	archive, err := judged(file)
	if err != nil {
		// One broken file says nothing about the others, as a broken answer of a mirror would.
		return nil, ErrNone
	}
	archive.Size = info.Size()
	return archive, nil
}

// find returns the id and the archive of a set.
func (d *directory) find(ctx context.Context, key Key) (int32, string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.scan(ctx, key.SetID == 0); err != nil {
		return 0, "", err
	}
	id := key.SetID
	if key.BeatmapID != 0 {
		id = d.beatmaps[key.BeatmapID]
	} else if key.MD5 != "" {
		id = d.md5s[key.MD5]
	}
	name, ok := d.archives[id]
	if !ok {
		return 0, "", ErrNone
	}
	return id, name, nil
}

// scan looks for new files, at most once a minute, and with deep into the archives that have changed.
func (d *directory) scan(ctx context.Context, deep bool) error {
	if d.archives != nil && time.Since(d.scanned) < rescan && (!deep || d.files != nil) {
		return nil
	}
	folder, err := os.Open(d.path)
	if err != nil {
		return err
	}
	defer folder.Close()
	archives := make(map[int32]string)
	for range maxEntries / 1000 {
		entries, err := folder.ReadDir(1000)
		for _, e := range entries {
			if id := leadingID(e.Name()); id > 0 && e.Type().IsRegular() && strings.EqualFold(path.Ext(e.Name()), ".osz") {
				archives[id] = e.Name()
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	d.archives, d.scanned = archives, time.Now()
	if deep || d.files != nil {
		return d.learn(ctx)
	}
	return nil
}

// learn reads the archives that are new or have changed. What it has learned stays when ctx ends in the middle of it.
func (d *directory) learn(ctx context.Context) error {
	if d.files == nil {
		d.files, d.beatmaps, d.md5s = make(map[string]stamp), make(map[int32]int32), make(map[string]int32)
	}
	for id, name := range d.archives {
		if err := ctx.Err(); err != nil {
			d.scanned = time.Time{}
			return err
		}
		info, err := os.Stat(path.Join(d.path, name))
		if err != nil {
			continue // it is gone
		}
		now := stamp{info.Size(), info.ModTime()}
		if d.files[name] == now {
			continue
		}
		files, err := d.read(name)
		if err != nil {
			files = nil // not an archive, this time
		}
		d.files[name] = now
		for _, f := range files {
			d.beatmaps[f.parsed.ID] = id
			d.md5s[f.parsed.MD5] = id
		}
	}
	return nil
}

// parsedFile is a .osu file of an archive.
type parsedFile struct {
	name   string
	data   []byte
	parsed *beatmap.Beatmap
}

// read returns the beatmaps of an archive that can be read.
func (d *directory) read(name string) ([]parsedFile, error) {
	file, info, err := d.open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	archive, err := osz.NewReader(file, info.Size())
	if err != nil {
		return nil, err
	}
	var out []parsedFile
	for f, err := range archive.Beatmaps() {
		if err != nil {
			continue
		}
		if parsed, err := beatmap.Parse(f.Data); err == nil && parsed.ID > 0 {
			out = append(out, parsedFile{f.Name, f.Data, parsed})
		}
	}
	return out, nil
}

// open opens a file of the directory, which must be no larger than archives may be.
func (d *directory) open(name string) (*os.File, fs.FileInfo, error) {
	root, err := os.OpenRoot(d.path)
	if err != nil {
		return nil, nil, err
	}
	defer root.Close()
	file, err := root.Open(name)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = ErrNone
		}
		return nil, nil, err
	}
	info, err := file.Stat()
	if err == nil && (!info.Mode().IsRegular() || info.Size() > d.maximum) {
		err = ErrNone
	}
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return file, info, nil
}

// leadingID reads the digits at the beginning of a name.
func leadingID(name string) int32 {
	end := strings.IndexFunc(name, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(name)
	}
	id, err := strconv.ParseInt(name[:end], 10, 32)
	if err != nil {
		return 0
	}
	return int32(id)
}

// describe makes a set of what its files say.
func describe(id int32, files []parsedFile) beatmaps.Set {
	set := beatmaps.Set{ID: id}
	for _, f := range files {
		p := f.parsed
		if set.Title == "" {
			set.Artist, set.ArtistUnicode = p.Artist, p.ArtistUnicode
			set.Title, set.TitleUnicode = p.Title, p.TitleUnicode
			set.Creator, set.Source, set.Tags = p.Creator, p.Source, p.Tags
		}
		figures, err := p.Figures()
		if err != nil {
			continue
		}
		set.BPM = max(set.BPM, figures.BPM)
		set.Video = set.Video || len(p.Events.Videos) > 0
		set.Beatmaps = append(set.Beatmaps, beatmaps.Beatmap{
			ID: p.ID, SetID: id, MD5: p.MD5, File: path.Base(f.name), Name: p.Name, Ruleset: p.Mode,
			Circles: int32(figures.Circles), Sliders: int32(figures.Sliders), Spinners: int32(figures.Spinners + figures.Holds),
			Length: milliseconds(figures.Length), Drain: milliseconds(figures.Drain), BPM: figures.BPM,
			CircleSize: float64(p.CircleSize), Approach: float64(p.ApproachRate), Overall: float64(p.OverallDifficulty),
			HealthDrain: float64(p.DrainRate),
		})
	}
	return set
}

func milliseconds(ms float64) time.Duration {
	return time.Duration(within(ms, 0, 7*24*3600*1000)) * time.Millisecond
}
