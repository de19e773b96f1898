// Peace is an osu! server: everything a command line can ask of it is in package app/cli, everything it is made of in app.
package main

import (
	"os"

	"github.com/pure-peace/peace/app"
	"github.com/pure-peace/peace/app/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], app.Options{})) }
