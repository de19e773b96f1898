package main

import (
	"path"
	"strconv"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
)

// service writes the client, the server and the decorator of one service.
func (w *writer) service(s *protogen.Service) {
	contract, _ := contractPath(w.file.GoImportPath)
	face := interfaceName(s)
	iface := w.QualifiedGoIdent(contract.Ident(face))
	part, label := face, path.Base(string(contract))+"."+face
	if face == "Service" {
		part, label = "", path.Base(string(contract))
	}
	var (
		conn      = w.QualifiedGoIdent(grpcPackage.Ident("ClientConnInterface"))
		registrar = w.QualifiedGoIdent(grpcPackage.Ident("ServiceRegistrar"))
		observer  = w.wire("Observer")
	)
	w.P()
	w.P("// New", part, "Client returns the ", iface, " that a peer offers over conn.")
	w.P("func New", part, "Client(conn ", conn, ") ", iface, " { return &remote", face, "{New", s.GoName, "Client(conn)} }")
	w.P()
	w.P("// Register", part, " offers impl to peers.")
	w.P("func Register", part, "(r ", registrar, ", impl ", iface, ") { Register", s.GoName, "Server(r, &served", face, "{impl: impl}) }")
	w.P()
	w.P("// Observe", part, " returns next with every call reported to o, or next itself when o is nil.")
	w.P("func Observe", part, "(next ", iface, ", o ", observer, ") ", iface, " {")
	w.P("if o == nil {")
	w.P("return next")
	w.P("}")
	w.P("return &observed", face, "{next, o}")
	w.P("}")
	w.P()
	w.P("type remote", face, " struct{ rpc ", s.GoName, "Client }")
	w.P()
	w.P("type served", face, " struct {")
	w.P("Unimplemented", s.GoName, "Server")
	w.P("impl ", iface)
	w.P("}")
	w.P()
	w.P("type observed", face, " struct {")
	w.P("next ", iface)
	w.P("observer ", observer)
	w.P("}")
	for _, m := range s.Methods {
		taken := w.reserved(contract, m)
		call := method{m, face, label, w.variables(m.Input, "Value", taken), w.variables(m.Output, "Result", taken)}
		if m.Desc.IsStreamingServer() {
			w.stream(call)
		} else {
			w.unary(call)
		}
	}
}

// method is an rpc with the parameters and results of the Go method that it stands for.
type method struct {
	*protogen.Method
	face, label string
	in, out     []variable
}

// reserved returns the names that generated methods use themselves.
func (w *writer) reserved(contract protogen.GoImportPath, m *protogen.Method) map[string]bool {
	taken := map[string]bool{path.Base(string(contract)): true}
	for _, name := range []string{
		"c", "s", "o", "ctx", "err", "in", "out", "done", "stream", "v", "wire", "context", "grpc", "iter", "time", "timestamppb", "durationpb",
	} {
		taken[name] = true
	}
	for _, message := range []*protogen.Message{m.Input, m.Output} {
		for _, f := range message.Fields {
			for _, ident := range imported(f) {
				dir, _ := contractPath(ident)
				taken[path.Base(string(ident))], taken[path.Base(string(dir))] = true, true
			}
		}
	}
	return taken
}

// imported returns the packages that the converters of f name.
func imported(f *protogen.Field) (paths []protogen.GoImportPath) {
	if f.Message != nil {
		paths = append(paths, f.Message.GoIdent.GoImportPath)
	}
	if f.Enum != nil {
		paths = append(paths, f.Enum.GoIdent.GoImportPath)
	}
	if ident, ok := goType(f); ok {
		paths = append(paths, ident.GoImportPath)
	}
	return paths
}

func (w *writer) unary(m method) {
	ctx := "ctx " + w.QualifiedGoIdent(contextPackage.Ident("Context"))
	signature := m.GoName + "(" + strings.TrimSuffix(ctx+", "+list(m.in, declaration), ", ") + ") (" + list(m.out, declaration) + "err error) {"
	request, response := m.Input.GoIdent.GoName, m.Output.GoIdent.GoName
	arguments := strings.TrimSuffix("ctx, "+list(m.in, nameOf), ", ")
	results := list(m.out, nameOf) + "err"

	w.P()
	w.P("func (c *remote", m.face, ") ", signature)
	out := "out"
	if len(m.out) == 0 {
		out = "_"
	}
	w.P(out, ", err ", assign(len(m.out) > 0), " c.rpc.", m.GoName, "(ctx, ", w.literal(request, m.in), ")")
	if len(m.out) > 0 {
		w.P("if err != nil {")
		w.P("return ", results)
		w.P("}")
		for _, v := range m.out {
			w.P(w.read(v.field, v.name, "out"))
		}
	}
	w.P("return ", results)
	w.P("}")
	w.P()
	w.P("func (s *served", m.face, ") ", m.GoName, "(", ctx, ", in *", request, ") (*", response, ", error) {")
	w.arguments(m, "return nil, err")
	w.P(results, " ", assign(len(m.in) == 0 || len(m.out) > 0), " s.impl.", m.GoName, "(", arguments, ")")
	w.P("if err != nil {")
	w.P("return nil, err")
	w.P("}")
	w.P("return ", w.literal(response, m.out), ", nil")
	w.P("}")
	w.P()
	w.P("func (o *observed", m.face, ") ", signature)
	w.P("ctx, done := o.observer.Start(ctx, ", strconv.Quote(m.label), ", ", strconv.Quote(m.GoName), ")")
	w.P("defer func() { done(err) }()")
	w.P("return o.next.", m.GoName, "(", arguments, ")")
	w.P("}")
}

func (w *writer) stream(m method) {
	var (
		context = w.QualifiedGoIdent(contextPackage.Ident("Context"))
		seq     = w.QualifiedGoIdent(iterPackage.Ident("Seq2"))
		item    = m.out[0]
	)
	signature := m.GoName + "(" + strings.TrimSuffix("ctx "+context+", "+list(m.in, declaration), ", ") + ") " + seq + "[" + item.typeName + ", error] {"
	request, response := m.Input.GoIdent.GoName, m.Output.GoIdent.GoName
	arguments := list(m.in, nameOf)

	w.P()
	w.P("func (c *remote", m.face, ") ", signature)
	w.P("in := ", w.literal(request, m.in))
	w.P("return ", w.wire("Stream"), "(ctx, func(ctx ", context, ") (", w.QualifiedGoIdent(grpcPackage.Ident("ServerStreamingClient")), "[", response, "], error) {")
	w.P("return c.rpc.", m.GoName, "(ctx, in)")
	w.P("}, func(out *", response, ") (", declaration(item), ", err error) {")
	w.P(w.read(item.field, item.name, "out"))
	w.P("return ", item.name, ", err")
	w.P("})")
	w.P("}")
	w.P()
	w.P("func (s *served", m.face, ") ", m.GoName, "(in *", request, ", stream ", w.QualifiedGoIdent(grpcPackage.Ident("ServerStreamingServer")), "[", response, "]) error {")
	w.arguments(m, "return err")
	w.P("for ", item.name, ", err := range s.impl.", m.GoName, "(", strings.TrimSuffix("stream.Context(), "+arguments, ", "), ") {")
	w.P("if err != nil {")
	w.P("return err")
	w.P("}")
	w.P("if err := stream.Send(", w.literal(response, m.out), "); err != nil {")
	w.P("return err")
	w.P("}")
	w.P("}")
	w.P("return nil")
	w.P("}")
	w.P()
	w.P("func (o *observed", m.face, ") ", signature)
	w.P("return ", w.wire("ObserveStream"), "(ctx, o.observer, ", strconv.Quote(m.label), ", ", strconv.Quote(m.GoName), ", func(ctx ", context, ") ", seq, "[", item.typeName, ", error] {")
	w.P("return o.next.", m.GoName, "(", strings.TrimSuffix("ctx, "+arguments, ", "), ")")
	w.P("})")
	w.P("}")
}

// arguments writes how the server reads its request into variables.
func (w *writer) arguments(m method, fail string) {
	if len(m.in) == 0 {
		return
	}
	w.P("var (")
	for _, v := range m.in {
		w.P(declaration(v))
	}
	w.P("err error")
	w.P(")")
	for _, v := range m.in {
		w.P(w.read(v.field, v.name, "in"))
	}
	w.P("if err != nil {")
	w.P(fail)
	w.P("}")
}

// literal returns a request or response made of variables.
func (w *writer) literal(name string, vs []variable) string {
	if len(vs) == 0 {
		return "&" + name + "{}"
	}
	var b strings.Builder
	b.WriteString("&" + name + "{\n")
	for _, v := range vs {
		b.WriteString(v.field.GoName + ": " + w.convert(v.field, v.name) + ",\n")
	}
	b.WriteString("}")
	return b.String()
}

// assign returns the operator that declares when something is new.
func assign(declares bool) string {
	if declares {
		return ":="
	}
	return "="
}
