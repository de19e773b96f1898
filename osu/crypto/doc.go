// Package crypto is the cipher of stable's score submissions: Rijndael with blocks of 256 bits, which is not the AES of
// crypto/aes, in CBC mode with the padding of PKCS #7.
//
// It keeps nobody's secret. The key of a submission is known to everybody who has the game, so the cipher only hides a score
// from those who do not look; what makes a score trusted is decided elsewhere. That is why speed is preferred here to
// constant time, and why this package should not be used for anything else.
//
// Source: J. Daemen, V. Rijmen, "AES Proposal: Rijndael", 1999.
package crypto
