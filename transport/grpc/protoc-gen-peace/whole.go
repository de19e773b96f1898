package main

import (
	"google.golang.org/protobuf/compiler/protogen"
)

// whole writes the client, the server and the decorator of a contract that is declared in several parts: its interface
// Service embeds theirs.
func (w *writer) whole(parts []*protogen.Service) {
	contract, _ := contractPath(w.file.GoImportPath)
	var (
		iface     = w.QualifiedGoIdent(contract.Ident("Service"))
		conn      = w.QualifiedGoIdent(grpcPackage.Ident("ClientConnInterface"))
		registrar = w.QualifiedGoIdent(grpcPackage.Ident("ServiceRegistrar"))
		observer  = w.wire("Observer")
	)
	w.P()
	w.P("// NewClient returns the ", iface, " that a peer offers over conn.")
	w.P("func NewClient(conn ", conn, ") ", iface, " {")
	w.P("return whole{")
	for _, s := range parts {
		w.P("New", interfaceName(s), "Client(conn),")
	}
	w.P("}")
	w.P("}")
	w.P()
	w.P("// Register offers all of impl to peers.")
	w.P("func Register(r ", registrar, ", impl ", iface, ") {")
	for _, s := range parts {
		w.P("Register", interfaceName(s), "(r, impl)")
	}
	w.P("}")
	w.P()
	w.P("// Observe returns next with every call reported to o, or next itself when o is nil.")
	w.P("func Observe(next ", iface, ", o ", observer, ") ", iface, " {")
	w.P("if o == nil {")
	w.P("return next")
	w.P("}")
	w.P("return whole{")
	for _, s := range parts {
		w.P("Observe", interfaceName(s), "(next, o),")
	}
	w.P("}")
	w.P("}")
	w.P()
	w.P("// whole is a ", iface, " put together from its parts.")
	w.P("type whole struct {")
	for _, s := range parts {
		w.P(w.QualifiedGoIdent(contract.Ident(interfaceName(s))))
	}
	w.P("}")
}
