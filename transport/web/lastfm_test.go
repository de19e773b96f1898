package web

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pure-peace/peace/modules/moderation"
)

func TestProgramFinding(t *testing.T) {
	for b, want := range map[string]moderation.Finding{
		"": {}, "75": {}, "a": {}, "a0": {}, "a-1": {}, "a99999999999999999999": {}, "ax": {}, "b131072": {},
		"a1":          {Kind: "client_programs", Weight: 1, Detail: "flags 1"},
		"a163840":     {Kind: "client_programs", Weight: 80, Detail: "flags 163840: console open, hq assembly"},
		"a4294967295": {Kind: "client_programs", Weight: 80, Detail: "flags 4294967295: ld flag, console open, extra threads, hq assembly, hq file, registry edits, sdl2 library, openssl library, aqn menu sample"},
	} {
		got, ok := programFinding(b)
		if diff := cmp.Diff(want, got); diff != "" || ok != (want.Kind != "") {
			t.Errorf("%q (-want +got):\n%s", b, diff)
		}
	}
}
