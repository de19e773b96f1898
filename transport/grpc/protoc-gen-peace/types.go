package main

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

const (
	contextPackage  = protogen.GoImportPath("context")
	iterPackage     = protogen.GoImportPath("iter")
	timePackage     = protogen.GoImportPath("time")
	durationPackage = protogen.GoImportPath("google.golang.org/protobuf/types/known/durationpb")
	grpcPackage     = protogen.GoImportPath("google.golang.org/grpc")
	wirePackage     = protogen.GoImportPath("github.com/pure-peace/peace/modules/wire")
)

// read returns the statement that reads field f of the message called src into dst.
func (w *writer) read(f *protogen.Field, dst, src string) string {
	shape, get, to := "Set", src+".Get"+f.GoName+"()", w.to(f)
	switch {
	case f.Desc.IsMap():
		shape, to = "Map", w.to(f.Message.Fields[0])+", "+w.to(f.Message.Fields[1])
	case f.Desc.IsList():
		shape = "List"
	case pointer(f) && f.Message != nil:
		shape = "Pointer"
	case pointer(f):
		shape, get = "Optional", src+"."+f.GoName
	}
	return fmt.Sprintf("%s(&err, %q, &%s, %s, %s)", w.wire(shape), f.Desc.Name(), dst, get, to)
}

// convert returns the expression of the wire form of src, the Go value of f.
func (w *writer) convert(f *protogen.Field, src string) string {
	from := w.from(f)
	switch {
	case f.Desc.IsMap():
		return fmt.Sprintf("%s(%s, %s, %s)", w.wire("FromMap"), src, w.from(f.Message.Fields[0]), w.from(f.Message.Fields[1]))
	case f.Desc.IsList():
		return fmt.Sprintf("%s(%s, %s)", w.wire("FromList"), src, from)
	case pointer(f) && f.Message != nil:
		return fmt.Sprintf("%s(%s, %s)", w.wire("FromPointer"), src, from)
	case pointer(f):
		return fmt.Sprintf("%s(%s, %s)", w.wire("FromOptional"), src, from)
	}
	return fmt.Sprintf("%s(%s)", from, src)
}

// pointer says that the field's Go type is a pointer.
func pointer(f *protogen.Field) bool { return f.Desc.HasOptionalKeyword() || f.Oneof != nil }

// typeOf returns the Go type of f as a parameter or result.
func (w *writer) typeOf(f *protogen.Field) string {
	switch {
	case f.Desc.IsMap():
		return "map[" + w.elementType(f.Message.Fields[0]) + "]" + w.elementType(f.Message.Fields[1])
	case f.Desc.IsList():
		return "[]" + w.elementType(f)
	case pointer(f):
		return "*" + w.elementType(f)
	}
	return w.elementType(f)
}

func (w *writer) elementType(f *protogen.Field) string {
	if ident, ok := goType(f); ok {
		if ident.GoImportPath == "" {
			return ident.GoName
		}
		return w.QualifiedGoIdent(ident)
	}
	switch {
	case f.Enum != nil:
		return w.contractIdent(f.Enum.GoIdent)
	case f.Message == nil:
		return scalars[f.Desc.Kind()].goType
	case wellKnown(f.Message):
		return w.QualifiedGoIdent(timePackage.Ident(timeName(f.Message)))
	}
	return w.contractIdent(f.Message.GoIdent)
}

// scalars tells the conversion and the default Go type of each scalar kind.
var scalars = map[protoreflect.Kind]struct{ conversion, goType string }{
	protoreflect.BoolKind:     {"Bool", "bool"},
	protoreflect.StringKind:   {"String", "string"},
	protoreflect.BytesKind:    {"Bytes", "[]byte"},
	protoreflect.FloatKind:    {"Float", "float32"},
	protoreflect.DoubleKind:   {"Float", "float64"},
	protoreflect.Int32Kind:    {"Int", "int32"},
	protoreflect.Sint32Kind:   {"Int", "int32"},
	protoreflect.Sfixed32Kind: {"Int", "int32"},
	protoreflect.Int64Kind:    {"Int", "int64"},
	protoreflect.Sint64Kind:   {"Int", "int64"},
	protoreflect.Sfixed64Kind: {"Int", "int64"},
	protoreflect.Uint32Kind:   {"Int", "uint32"},
	protoreflect.Fixed32Kind:  {"Int", "uint32"},
	protoreflect.Uint64Kind:   {"Int", "uint64"},
	protoreflect.Fixed64Kind:  {"Int", "uint64"},
}

// to returns the function that reads one element of f.
func (w *writer) to(f *protogen.Field) string {
	switch {
	case f.Enum != nil:
		return w.wire("ToInt")
	case isText(f):
		return w.wire("ToText")
	case f.Message == nil:
		return w.wire("To" + scalars[f.Desc.Kind()].conversion)
	case wellKnown(f.Message):
		return w.wire("To" + timeName(f.Message))
	}
	return w.QualifiedGoIdent(f.Message.GoIdent.GoImportPath.Ident("To" + f.Message.GoIdent.GoName))
}

// from returns the function that writes one element of f.
func (w *writer) from(f *protogen.Field) string {
	scalar := scalars[f.Desc.Kind()]
	switch {
	case f.Enum != nil:
		return w.wire("FromInt") + "[" + w.QualifiedGoIdent(f.Enum.GoIdent) + "]"
	case isText(f):
		return w.wire("FromText")
	case scalar.conversion == "Int" || scalar.conversion == "Float":
		return w.wire("From"+scalar.conversion) + "[" + scalar.goType + "]"
	case f.Message == nil:
		return w.wire("From" + scalar.conversion)
	case wellKnown(f.Message) && (f.Desc.IsList() || pointer(f)):
		// A zero time or duration is absent when singular; elsewhere every one is written.
		return w.QualifiedGoIdent(f.Message.GoIdent.GoImportPath.Ident("New"))
	case wellKnown(f.Message):
		return w.wire("From" + timeName(f.Message))
	}
	return w.QualifiedGoIdent(f.Message.GoIdent.GoImportPath.Ident("From" + f.Message.GoIdent.GoName))
}

// timeName returns the name in package time of what a well-known message stands for.
func timeName(m *protogen.Message) string { return strings.TrimSuffix(m.GoIdent.GoName, "stamp") }

func (w *writer) wire(name string) string { return w.QualifiedGoIdent(wirePackage.Ident(name)) }

// contractIdent returns the name of the contract's type that stands for a protobuf type.
func (w *writer) contractIdent(pb protogen.GoIdent) string {
	dir, _ := contractPath(pb.GoImportPath)
	return w.QualifiedGoIdent(dir.Ident(pb.GoName))
}
