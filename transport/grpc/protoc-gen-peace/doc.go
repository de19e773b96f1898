// Protoc-gen-peace writes the adapters between the contract of a module (a Go interface over plain types) and its .proto:
// converters, a client that is the contract, a gRPC server over it and a telemetry decorator. The README of this folder
// has the mapping; what the mapping cannot say is refused with the place in the .proto.
//
// Go generate in this folder checks the style and the compatibility of every .proto in the repository and writes all
// generated code. It needs no protoc, and no network once buf is in the module cache.
package main

//go:generate go -C ../../.. run github.com/bufbuild/buf/cmd/buf@v1.72.0 lint --config transport/grpc/protoc-gen-peace/buf.yaml
//go:generate go -C ../../.. run github.com/bufbuild/buf/cmd/buf@v1.72.0 breaking --config transport/grpc/protoc-gen-peace/buf.yaml --against transport/grpc/protoc-gen-peace/baseline.binpb --against-config transport/grpc/protoc-gen-peace/buf.yaml
//go:generate go -C ../../.. run github.com/bufbuild/buf/cmd/buf@v1.72.0 generate --config transport/grpc/protoc-gen-peace/buf.yaml --template transport/grpc/protoc-gen-peace/buf.gen.yaml
