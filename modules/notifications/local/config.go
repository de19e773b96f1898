package local

import (
	"errors"
	"fmt"

	"github.com/pure-peace/peace/modules/scores"
)

// Config is the notifications section of the configuration.
type Config struct {
	Medals     bool `koanf:"medals" doc:"tell players of medals that they earn"`
	KeepRead   int  `koanf:"keep_read" doc:"days for which a notification is kept after it was made, once it is read"`
	KeepUnread int  `koanf:"keep_unread" doc:"days for which one is kept that nobody reads"`
	Batch      int  `koanf:"batch" doc:"entries of the log of scores that are dealt with at once, 1 to 1000"`
}

// DefaultConfig tells of medals.
func DefaultConfig() Config { return Config{Medals: true, KeepRead: 30, KeepUnread: 365, Batch: 200} }

// Validate reports everything that cannot work, named by its key.
func (c Config) Validate() error {
	var errs []error
	if c.KeepRead < 1 || c.KeepRead > 36500 {
		errs = append(errs, fmt.Errorf("keep_read: must be 1 to 36500 days, is %d", c.KeepRead))
	}
	if c.KeepUnread < c.KeepRead || c.KeepUnread > 36500 {
		errs = append(errs, fmt.Errorf("keep_unread: must be between keep_read and 36500 days, is %d", c.KeepUnread))
	}
	if c.Batch < 1 || c.Batch > scores.MaxBatch {
		errs = append(errs, fmt.Errorf("batch: must be 1 to %d, is %d", scores.MaxBatch, c.Batch))
	}
	return errors.Join(errs...)
}
