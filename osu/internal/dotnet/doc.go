// Package dotnet reproduces what the official code leaves to its runtime, .NET 8 on 64-bit PCs, wherever that shows in a
// result: how doubles become integers, in which order an unstable sort leaves equals, and the last bit of sines.
package dotnet
