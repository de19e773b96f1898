// Package dotnet reproduces what the official code leaves to its runtime, .NET 8 on 64-bit PCs, wherever that shows in a
// result: how doubles become integers, and in which order an unstable sort leaves equals.
package dotnet
