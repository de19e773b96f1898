package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/protoutil"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/pluginpb"
)

const root = "../../.."

// run compiles files and gives them to the generator, as protoc would.
func run(t *testing.T, dirs []string, files ...string) *pluginpb.CodeGeneratorResponse {
	t.Helper()
	compiler := protocompile.Compiler{
		Resolver:       protocompile.WithStandardImports(&protocompile.SourceResolver{ImportPaths: dirs}),
		SourceInfoMode: protocompile.SourceInfoStandard,
	}
	compiled, err := compiler.Compile(context.Background(), files...)
	if err != nil {
		t.Fatal(err)
	}
	request := &pluginpb.CodeGeneratorRequest{
		FileToGenerate: files, Parameter: proto.String("module=github.com/pure-peace/peace"),
	}
	seen := make(map[string]bool)
	var add func(protoreflect.FileDescriptor)
	add = func(file protoreflect.FileDescriptor) {
		if seen[file.Path()] {
			return
		}
		seen[file.Path()] = true
		for i := range file.Imports().Len() {
			add(file.Imports().Get(i).FileDescriptor)
		}
		d := protoutil.ProtoFromFileDescriptor(file)
		if d == nil {
			d = protodesc.ToFileDescriptorProto(file)
		}
		request.ProtoFile = append(request.ProtoFile, d)
	}
	for _, file := range compiled {
		add(file)
	}
	// Through bytes, as from a real protoc: this is how extensions become known.
	bytes, err := proto.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	request = &pluginpb.CodeGeneratorRequest{}
	if err := proto.Unmarshal(bytes, request); err != nil {
		t.Fatal(err)
	}
	plugin, err := (protogen.Options{}).New(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := generate(plugin); err != nil {
		plugin.Error(err)
	}
	return plugin.Response()
}

// TestGolden compares with the code that is committed, compiled and used by the tests of the transport.
func TestGolden(t *testing.T) {
	response := run(t, []string{root},
		"transport/grpc/internal/echo/echo.proto",
		"transport/grpc/internal/sample/sample.proto",
		"transport/grpc/internal/sample/palette/palette.proto",
		"modules/state/state.proto",
		"modules/wire/wire.proto", // plain: nothing comes of it
	)
	if response.GetError() != "" {
		t.Fatal(response.GetError())
	}
	if n := len(response.File); n != 4 {
		t.Errorf("%d files, want 4", n)
	}
	for _, file := range response.File {
		want, err := os.ReadFile(filepath.Join(root, file.GetName()))
		if err != nil {
			t.Error(err)
			continue
		}
		if diff := cmp.Diff(string(want), file.GetContent()); diff != "" {
			t.Errorf("%s is not what the generator writes (-committed +generated):\n%s", file.GetName(), diff)
		}
	}
}

// TestRefuse expects of each testdata/*.proto the error that its first line tells.
func TestRefuse(t *testing.T) {
	files, err := filepath.Glob("testdata/*.proto")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, path := range files {
		name := filepath.Base(path)
		t.Run(strings.TrimSuffix(name, ".proto"), func(t *testing.T) {
			source, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			line, _, _ := strings.Cut(string(source), "\n")
			want, ok := strings.CutPrefix(line, "// want ")
			if !ok {
				t.Fatal("the first line does not say what to want")
			}
			response := run(t, []string{"testdata", root}, name)
			if !strings.HasPrefix(response.GetError(), name) || !strings.Contains(response.GetError(), want) {
				t.Errorf("error %q, want %q", response.GetError(), want)
			}
			if len(response.File) != 0 && response.Error == nil {
				t.Error("code came of it all the same")
			}
		})
	}
}

func TestNames(t *testing.T) {
	for _, test := range []struct{ field, goName, param string }{
		{"id", "ID", "id"},
		{"user_ids", "UserIDs", "userIDs"},
		{"url", "URL", "url"},
		{"avatar_url", "AvatarURL", "avatarURL"},
		{"md5", "MD5", "md5"},
		{"beatmap_md5", "BeatmapMD5", "beatmapMD5"},
		{"ttl", "TTL", "ttl"},
		{"pm_private", "PMPrivate", "pmPrivate"},
		{"http_api_json", "HTTPAPIJSON", "httpAPIJSON"},
		{"idle", "Idle", "idle"},
		{"count_300", "Count300", "count300"},
	} {
		if got := goName(protoreflect.Name(test.field)); got != test.goName {
			t.Errorf("goName(%s) = %s, want %s", test.field, got, test.goName)
		}
		if got := paramName(protoreflect.Name(test.field)); got != test.param {
			t.Errorf("paramName(%s) = %s, want %s", test.field, got, test.param)
		}
	}
}
