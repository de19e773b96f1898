// Package peer connects the processes of one Peace: a server that offers modules to other processes and a dialler whose
// connections the generated clients (modules/NAME/NAMEpb) turn back into the contracts.
//
// It is where both ends agree on what a call means: faults and context errors arrive as they left, deadlines travel,
// other errors are logged where they happen and masked, reads are retried and writes never, callers are authenticated
// before a byte of their request is decoded, and everything that an outsider can make the process hold has a bound.
//
// Contracts, their adapters and what a call does are not here; neither is the choice of what is local and what is
// remote, which is package app's. The wire is plain gRPC, so that a peer may be written in any language.
package peer
