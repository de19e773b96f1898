package main

import (
	"go/token"
	"go/types"
	"path"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/pure-peace/peace/modules/wire/wirepb"
)

// initialisms are the words of field names that Go spells in capitals.
var initialisms = map[string]string{
	"api": "API", "bpm": "BPM", "html": "HTML", "http": "HTTP", "id": "ID", "ids": "IDs", "ip": "IP", "ips": "IPs", "irc": "IRC", "json": "JSON",
	"md5": "MD5", "pm": "PM", "pp": "PP", "sha256": "SHA256", "ttl": "TTL", "url": "URL", "urls": "URLs", "utc": "UTC", "uuid": "UUID",
}

// goName spells a snake_case field name as the contract's struct field.
func goName(name protoreflect.Name) string {
	var b strings.Builder
	for word := range strings.SplitSeq(string(name), "_") {
		if known, ok := initialisms[word]; ok {
			b.WriteString(known)
		} else if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}

// paramName spells a snake_case field name as a parameter.
func paramName(name protoreflect.Name) string {
	first, rest, _ := strings.Cut(string(name), "_")
	return first + goName(protoreflect.Name(rest))
}

// unused returns name, or name with suffix when it is a word of the language or among taken.
func unused(name, suffix string, taken map[string]bool) string {
	for token.IsKeyword(name) || taken[name] {
		name += suffix
	}
	taken[name] = true
	return name
}

// contractPath returns the import path of the contract whose protobuf package is pb, and whether pb is one: the folder
// NAMEpb inside the folder NAME.
func contractPath(pb protogen.GoImportPath) (protogen.GoImportPath, bool) {
	dir, base := path.Split(string(pb))
	dir = strings.TrimSuffix(dir, "/")
	return protogen.GoImportPath(dir), base == path.Base(dir)+"pb"
}

// interfaceName returns the Go interface that a proto service stands for: Service for the one named after its contract,
// otherwise the proto's name without the suffix Service. It is empty when the name has no such suffix.
func interfaceName(service *protogen.Service) string {
	dir, _ := contractPath(service.Methods[0].Input.GoIdent.GoImportPath)
	name, ok := strings.CutSuffix(service.GoName, "Service")
	switch {
	case !ok:
		return ""
	case strings.EqualFold(name, path.Base(string(dir))):
		return "Service"
	}
	return name
}

// plain says that no contract stands behind the file.
func plain(file *protogen.File) bool {
	return proto.GetExtension(file.Desc.Options(), wirepb.E_Plain).(bool)
}

func isText(f *protogen.Field) bool {
	return proto.GetExtension(f.Desc.Options(), wirepb.E_Text).(bool)
}

// goType returns the type that the option go_type names, if the field has it. A predeclared type has no import path; an
// unqualified name is of the contract's package.
func goType(f *protogen.Field) (protogen.GoIdent, bool) {
	name := proto.GetExtension(f.Desc.Options(), wirepb.E_GoType).(string)
	if name == "" {
		return protogen.GoIdent{}, false
	}
	if dot := strings.LastIndex(name, "."); dot > strings.LastIndex(name, "/") {
		return protogen.GoIdent{GoImportPath: protogen.GoImportPath(name[:dot]), GoName: name[dot+1:]}, true
	}
	if types.Universe.Lookup(name) != nil {
		return protogen.GoIdent{GoName: name}, true
	}
	dir, _ := contractPath(f.Parent.GoIdent.GoImportPath)
	return protogen.GoIdent{GoImportPath: dir, GoName: name}, true
}

// inOneof says that the field is a member of a oneof that the .proto names.
func inOneof(f *protogen.Field) bool { return f.Oneof != nil && !f.Oneof.Desc.IsSynthetic() }
