package main

import (
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/types/pluginpb"
)

func main() {
	protogen.Options{}.Run(generate)
}

// generate writes one NAME.peace.go for each contract among the files asked for, or nothing at all and the reasons.
func generate(plugin *protogen.Plugin) error {
	plugin.SupportedFeatures = uint64(pluginpb.CodeGeneratorResponse_FEATURE_PROTO3_OPTIONAL)
	var contracts []*protogen.File
	for _, file := range plugin.Files {
		if file.Generate && !plain(file) {
			contracts = append(contracts, file)
		}
	}
	if err := check(contracts); err != nil {
		return err
	}
	for _, file := range contracts {
		out := plugin.NewGeneratedFile(file.GeneratedFilenamePrefix+".peace.go", file.GoImportPath)
		contract, _ := contractPath(file.GoImportPath)
		if err := (&writer{out, file, contract}).write(); err != nil {
			return err
		}
	}
	return nil
}
