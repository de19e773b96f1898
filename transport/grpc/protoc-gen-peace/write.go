package main

import (
	_ "embed"
	"path"
	"slices"
	"strings"
	"text/template"

	"google.golang.org/protobuf/compiler/protogen"
)

//go:embed adapters.tmpl
var adapters string

// writer writes the adapters of one checked contract.
type writer struct {
	*protogen.GeneratedFile
	file     *protogen.File
	contract protogen.GoImportPath
}

// service is what the template knows of a service.
type service struct {
	Proto, Name, Part, Type string // UsersService, Service (of the Go interface), "" or Name, users.Service
	Methods                 []method
}

// method is an rpc with the parameters and results of the Go method that it stands for.
type method struct {
	Face, Label, Name, Request, Response string
	Stream                               bool
	In, Out                              []variable
	Waiting                              *protogen.Field // the field of the request whose message says how long to wait; nil when none does
}

// variable is a parameter or result.
type variable struct {
	Field      *protogen.Field
	Name, Type string
}

func (m method) Parameters() string {
	return "ctx context.Context" + list(m.In, ", ", "", func(v variable) string { return v.Name + " " + v.Type })
}

func (m method) Results() string {
	return list(m.Out, "", ", ", func(v variable) string { return v.Name + " " + v.Type }) + "err error"
}

func (m method) Returned() string {
	return list(m.Out, "", ", ", func(v variable) string { return v.Name }) + "err"
}

func (m method) Arguments(ctx string) string {
	return ctx + list(m.In, ", ", "", func(v variable) string { return v.Name })
}

// list joins what part returns for each variable.
func list(vs []variable, before, after string, part func(variable) string) string {
	var b strings.Builder
	for _, v := range vs {
		b.WriteString(before + part(v) + after)
	}
	return b.String()
}

func (w *writer) write() error {
	name := path.Base(string(w.contract))
	file := struct {
		Proto, Package, Name, Whole string
		Main                        bool // not one of several .proto files of a contract
		Services                    []service
		Messages                    []*protogen.Message
	}{
		Proto: w.file.Desc.Path(), Package: string(w.file.GoPackageName), Name: name, Main: path.Base(w.file.Desc.Path()) == name+".proto",
		Messages: slices.Clone(w.file.Messages),
	}
	for _, s := range w.file.Services {
		file.Services = append(file.Services, w.service(s))
		for _, m := range s.Methods {
			file.Messages = slices.DeleteFunc(file.Messages, func(message *protogen.Message) bool { return message == m.Input || message == m.Output })
		}
	}
	// The interface Service of a contract that is declared in several parts embeds theirs.
	if len(file.Services) > 1 && !slices.ContainsFunc(file.Services, func(s service) bool { return s.Part == "" }) {
		file.Whole = w.QualifiedGoIdent(w.contract.Ident("Service"))
	}
	functions := template.FuncMap{
		"grpc":     func(name string) string { return w.QualifiedGoIdent(grpcPackage.Ident(name)) },
		"context":  func() string { return w.QualifiedGoIdent(contextPackage.Ident("Context")) },
		"seq":      func() string { return w.QualifiedGoIdent(iterPackage.Ident("Seq2")) },
		"member":   func(f *protogen.Field) string { return "v." + goName(f.Desc.Name()) },
		"duration": func() string { return w.QualifiedGoIdent(durationPackage.Ident("Duration")) },
		"wire":     w.wire,
		"contract": w.contractIdent,
		"read":     w.read,
		"convert":  w.convert,
		"from":     w.from,
		"oneof":    inOneof,
	}
	t, err := template.New("adapters").Funcs(functions).Parse(adapters)
	if err != nil {
		return err
	}
	return t.ExecuteTemplate(w, "file", file)
}

func (w *writer) service(s *protogen.Service) service {
	face, label := interfaceName(s), path.Base(string(w.contract))
	result := service{Proto: s.GoName, Name: face, Part: face, Type: w.QualifiedGoIdent(w.contract.Ident(face))}
	if face == "Service" {
		result.Part = ""
	} else {
		label += "." + face
	}
	for _, m := range s.Methods {
		taken := w.reserved(m)
		result.Methods = append(result.Methods, method{
			Face: face, Label: label, Name: m.GoName, Request: m.Input.GoIdent.GoName, Response: m.Output.GoIdent.GoName,
			Stream: m.Desc.IsStreamingServer(), In: w.variables(m.Input, "Value", taken), Out: w.variables(m.Output, "Result", taken),
			Waiting: waiting(m.Input),
		})
	}
	return result
}

// waiting returns the field of a request whose message has a wait. One of the request's own goes before.
func waiting(request *protogen.Message) *protogen.Field {
	if hasWait(request) {
		return nil
	}
	for _, f := range request.Fields {
		if f.Message != nil && !f.Desc.IsList() && !f.Desc.IsMap() && hasWait(f.Message) {
			return f
		}
	}
	return nil
}

func hasWait(m *protogen.Message) bool {
	return slices.ContainsFunc(m.Fields, func(f *protogen.Field) bool {
		return f.GoName == "Wait" && f.Message != nil && f.Message.Desc.FullName() == "google.protobuf.Duration"
	})
}

// variables names the fields of a request or response; a name among taken gets the suffix.
func (w *writer) variables(m *protogen.Message, suffix string, taken map[string]bool) (vs []variable) {
	for _, f := range m.Fields {
		vs = append(vs, variable{f, unused(paramName(f.Desc.Name()), suffix, taken), w.typeOf(f)})
	}
	return vs
}

// reserved returns the names that a generated method uses itself: its own variables and the packages.
func (w *writer) reserved(m *protogen.Method) map[string]bool {
	taken := map[string]bool{path.Base(string(w.contract)): true}
	for name := range strings.FieldsSeq("c s o ctx err in out done stream wire context grpc iter time timestamppb durationpb") {
		taken[name] = true
	}
	for _, f := range slices.Concat(m.Input.Fields, m.Output.Fields) {
		var used []protogen.GoImportPath
		if f.Message != nil {
			used = append(used, f.Message.GoIdent.GoImportPath)
		}
		if f.Enum != nil {
			used = append(used, f.Enum.GoIdent.GoImportPath)
		}
		if ident, ok := goType(f); ok {
			used = append(used, ident.GoImportPath)
		}
		for _, p := range used {
			dir, _ := contractPath(p)
			taken[path.Base(string(p))], taken[path.Base(string(dir))] = true, true
		}
	}
	return taken
}
