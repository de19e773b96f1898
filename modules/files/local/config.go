package local

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/pure-peace/peace/modules/files"
)

// The engines.
const (
	Directory = "directory"
	S3        = "s3"
)

// Config is the files section of the configuration.
type Config struct {
	Engine      string   `koanf:"engine" doc:"where blobs lie: directory or s3"`
	Dir         string   `koanf:"dir" doc:"the directory of the blobs; relative to data_dir"`
	Sync        bool     `koanf:"sync" doc:"write each blob through to the disk before it is acknowledged, so that a power cut loses none"`
	Uploads     int      `koanf:"uploads" doc:"blobs of more than 1 MiB that may be under way at a time, 1 to 1000; with s3, each takes up to 9 MiB of memory"`
	UploadBytes int64    `koanf:"upload_bytes" doc:"bytes that uploads under way may take together, at least 1 MiB"`
	S3          S3Config `koanf:"s3"`
}

// S3Config is the section [files.s3].
type S3Config struct {
	Endpoint   string        `koanf:"endpoint" doc:"URL of the service, for example https://s3.eu-central-1.amazonaws.com"`
	Bucket     string        `koanf:"bucket" doc:"the bucket, which must exist"`
	Prefix     string        `koanf:"prefix" doc:"what the names of all objects begin with, for example peace/"`
	Region     string        `koanf:"region" doc:"region of the bucket, for services that have some"`
	AccessKey  string        `koanf:"access_key" doc:"id of the access key"`
	Secret     string        `koanf:"secret" secret:"true" doc:"secret of the access key"`
	SecretFile string        `koanf:"secret_file" doc:"file that holds the secret instead"`
	PathStyle  bool          `koanf:"path_style" doc:"name the bucket in the path and not in the host name, as most services besides Amazon's want it"`
	Timeout    time.Duration `koanf:"timeout" doc:"how long the service may take to begin an answer, 1s to 5m"`
}

// DefaultConfig keeps blobs in a directory.
func DefaultConfig() Config {
	return Config{
		Engine: Directory, Dir: "files", Sync: true, Uploads: 64, UploadBytes: 16 << 30,
		S3: S3Config{Region: "us-east-1", PathStyle: true, Timeout: 30 * time.Second},
	}
}

// Validate reports the first setting that cannot work, named by its key.
func (c Config) Validate() error {
	switch {
	case c.Uploads < 1 || c.Uploads > 1000:
		return fmt.Errorf("uploads: must be 1 to 1000, is %d", c.Uploads)
	case c.UploadBytes < files.MaxPiece:
		return fmt.Errorf("upload_bytes: must be at least %d, is %d", files.MaxPiece, c.UploadBytes)
	}
	switch c.Engine {
	case Directory:
		if c.Dir == "" {
			return errors.New("dir: must name a directory")
		}
		return nil
	case S3:
		if err := c.S3.check(); err != nil {
			return fmt.Errorf("s3.%w", err)
		}
		return nil
	}
	return fmt.Errorf("engine: must be %s or %s, is %q", Directory, S3, c.Engine)
}

// check is what Validate would be: the section need not make sense while another engine is chosen.
func (c S3Config) check() error {
	u, err := url.Parse(c.Endpoint)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "":
		return fmt.Errorf("endpoint: %q is not the http or https URL of a host", c.Endpoint)
	case c.Bucket == "":
		return errors.New("bucket: must name one")
	case c.AccessKey == "":
		return errors.New("access_key: must not be empty")
	case (c.Secret == "") == (c.SecretFile == ""):
		return errors.New("secret: one of secret and secret_file must be there")
	case len(c.Prefix) > 200 || strings.HasPrefix(c.Prefix, "/") || strings.Contains(c.Prefix, "//"):
		return fmt.Errorf("prefix: %q is not the beginning of a name", c.Prefix)
	case c.Timeout < time.Second || c.Timeout > 5*time.Minute:
		return fmt.Errorf("timeout: must be 1s to 5m, is %v", c.Timeout)
	}
	return nil
}
