package lazer

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pure-peace/peace/modules/fault"
	"github.com/pure-peace/peace/transport/signalr"
)

func TestConfig(t *testing.T) {
	config := DefaultConfig()
	if err := config.Validate(); err != nil {
		t.Error(err)
	}
	config.Versions = []string{strings.Repeat("0aF", 11)[:32], "nonsense", strings.Repeat("g", 32)}
	config.Hubs.KeepAlive, config.Hubs.MaxConnections = 0, 0
	err := config.Validate()
	if err == nil {
		t.Fatal("everything is accepted")
	}
	for _, want := range []string{"versions[1]: ", "versions[2]: ", "hubs.keep_alive: ", "hubs.max_connections: "} {
		if !strings.Contains("\n"+err.Error(), "\n"+want) {
			t.Errorf("nothing is said of %s:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "versions[0]") {
		t.Error("an MD5 is refused")
	}
	if _, err := NewGate(config, Deps{}); err == nil {
		t.Error("a gate is made of it")
	}
}

func TestExplain(t *testing.T) {
	for want, err := range map[string]error{
		"":                                    errors.New("secret"),
		"InvalidStateException: no such room": fmt.Errorf("while: %w", fault.New(fault.NotFound, "rooms", "none", "no such room")),
		"InvalidPasswordException: Wrong.":    fmt.Errorf("while: %w", &signalr.Exception{Type: "InvalidPasswordException", Message: "Wrong."}),
		"ServerShuttingDownException: Server is shutting down.":                                 ErrShuttingDown,
		"InvalidStateException: The server cannot do this at the moment. Try again in a while.": fault.New(fault.Unavailable, "peer", "lost", "10.0.0.1"),
	} {
		got := ""
		if e := Explain(err); e != nil {
			got = e.Error()
		}
		if got != want {
			t.Errorf("%v is told as %q, want %q", err, got, want)
		}
	}
}
