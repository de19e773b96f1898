package main

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// checker collects everything in the files that has no mapping.
type checker struct {
	wrapper map[*protogen.Message]bool // requests and responses
	errs    []error
}

func check(files []*protogen.File) error {
	c := checker{wrapper: make(map[*protogen.Message]bool)}
	for _, file := range files {
		for _, service := range file.Services {
			for _, method := range service.Methods {
				c.wrapper[method.Input], c.wrapper[method.Output] = true, true
			}
		}
	}
	for _, file := range files {
		c.file(file)
	}
	return errors.Join(c.errs...)
}

// refuse notes a reason with the place of what it is about.
func (c *checker) refuse(d protoreflect.Descriptor, format string, args ...any) {
	file := d.ParentFile()
	line := file.SourceLocations().ByDescriptor(d).StartLine + 1
	c.errs = append(c.errs, fmt.Errorf("%s:%d: %s: %s", file.Path(), line, d.FullName(), fmt.Sprintf(format, args...)))
}

func (c *checker) file(file *protogen.File) {
	if file.Desc.Syntax() != protoreflect.Proto3 {
		c.refuse(file.Desc, "a contract is written in proto3")
	}
	if _, ok := contractPath(file.GoImportPath); !ok {
		c.refuse(file.Desc, "go_package must be the folder NAMEpb inside the contract's folder NAME, not %s; "+
			"a file without a contract says `option (peace.wire.v1.plain) = true;`", file.GoImportPath)
	}
	for _, service := range file.Services {
		c.service(service)
	}
	for _, message := range file.Messages {
		c.message(message)
	}
}

func (c *checker) service(service *protogen.Service) {
	if len(service.Methods) == 0 {
		c.refuse(service.Desc, "a service without methods has no interface")
		return
	}
	if interfaceName(service) == "" {
		c.refuse(service.Desc, "the name must end in Service, after the name of the Go interface or of the contract")
	}
	for _, method := range service.Methods {
		if method.Desc.IsStreamingClient() {
			c.refuse(method.Desc, "a stream from the client has no mapping; use a call one way and a stream the other")
		}
		for _, message := range []*protogen.Message{method.Input, method.Output} {
			if message.Desc.ParentFile() != method.Desc.ParentFile() {
				c.refuse(method.Desc, "%s must be a message of this file", message.Desc.FullName())
			}
		}
		if method.Desc.IsStreamingServer() && len(method.Output.Fields) != 1 {
			c.refuse(method.Desc, "the response of a stream must have exactly one field, not %d", len(method.Output.Fields))
		}
	}
}

func (c *checker) message(message *protogen.Message) {
	for _, nested := range message.Messages {
		if !nested.Desc.IsMapEntry() {
			c.refuse(nested.Desc, "a nested message has no Go name; declare it at the top of the file")
		}
	}
	for _, nested := range message.Enums {
		c.refuse(nested.Desc, "a nested enum has no Go name; declare it at the top of the file")
	}
	if reaches(message, message, make(map[*protogen.Message]bool)) {
		c.refuse(message.Desc, "a message may not contain itself")
	}
	for _, field := range message.Fields {
		c.field(field)
	}
}

func (c *checker) field(f *protogen.Field) {
	_, typed := goType(f)
	request := c.wrapper[f.Parent]
	oneof := inOneof(f)
	switch {
	case oneof && request:
		c.refuse(f.Desc, "a oneof has no mapping to parameters; put it into a message")
	case oneof && f.Message == nil:
		c.refuse(f.Desc, "a member of a oneof must be a message, not %s", f.Desc.Kind())
	case f.Desc.Kind() == protoreflect.BytesKind && f.Desc.HasOptionalKeyword():
		c.refuse(f.Desc, "optional bytes have no mapping; empty bytes are nil already")
	case f.Desc.IsMap():
		c.mapField(f, typed)
		return
	case isText(f) && f.Desc.Kind() != protoreflect.StringKind:
		c.refuse(f.Desc, "the option text belongs on a string, not on %s", f.Desc.Kind())
	case isText(f) && request && !typed:
		c.refuse(f.Desc, "a text among parameters or results needs the option go_type as well")
	case typed && f.Message != nil && !wellKnown(f.Message):
		c.refuse(f.Desc, "the option go_type has no use on a message")
	}
	if f.Message != nil {
		c.element(f, f.Message)
	}
	if f.Enum != nil {
		c.contract(f, f.Enum.GoIdent, f.Enum.Desc)
	}
}

func (c *checker) mapField(f *protogen.Field, typed bool) {
	value := f.Message.Fields[1]
	switch {
	case value.Message != nil:
		c.refuse(f.Desc, "the values of a map must be scalars, not %s; use a list", value.Message.Desc.FullName())
	case value.Enum != nil:
		c.contract(f, value.Enum.GoIdent, value.Enum.Desc)
	}
	if typed || isText(f) {
		c.refuse(f.Desc, "the options go_type and text have no meaning on a map")
	}
}

// element checks a message in its role as the type of a field.
func (c *checker) element(f *protogen.Field, message *protogen.Message) {
	switch {
	case wellKnown(message):
	case c.wrapper[message]:
		c.refuse(f.Desc, "%s is a request or response and has no struct", message.Desc.FullName())
	default:
		c.contract(f, message.GoIdent, message.Desc)
	}
}

// contract checks that a type has a counterpart in a contract package.
func (c *checker) contract(f *protogen.Field, ident protogen.GoIdent, d protoreflect.Descriptor) {
	if _, ok := contractPath(ident.GoImportPath); !ok {
		c.refuse(f.Desc, "%s belongs to no contract and has no mapping", d.FullName())
	}
}

// reaches says whether target is among the fields of message, however deep.
func reaches(message, target *protogen.Message, seen map[*protogen.Message]bool) bool {
	for _, f := range message.Fields {
		if f.Message == nil || seen[f.Message] {
			continue
		}
		seen[f.Message] = true
		if f.Message == target || reaches(f.Message, target, seen) {
			return true
		}
	}
	return false
}

// wellKnown says that a message is one of the two that stand for a type of package time.
func wellKnown(message *protogen.Message) bool {
	name := message.Desc.FullName()
	return name == "google.protobuf.Timestamp" || name == "google.protobuf.Duration"
}
