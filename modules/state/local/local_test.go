package local

import (
	"strings"
	"testing"
	"time"
)

func TestValidate(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*Config){
		"engine: ":           func(c *Config) { c.Engine = "etcd" },
		"journal_interval: ": func(c *Config) { c.JournalInterval = time.Hour },
		"redis.url: is miss": func(c *Config) { c.Engine, c.Redis.URL = EngineRedis, "" },
		"redis.url: is not":  func(c *Config) { c.Engine, c.Redis.URL = EngineRedis, "http://user:hunter2@example" },
	} {
		c := DefaultConfig()
		change(&c)
		err := c.Validate()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want %q", err, want)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the password is in %q", err)
		}
	}
}
