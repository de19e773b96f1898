package certs

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"
)

const (
	authorityLife = 10 * 365 * 24 * time.Hour
	leafLife      = 397 * 24 * time.Hour // the longest that browsers take
	renewBefore   = 30 * 24 * time.Hour
	clockSkew     = time.Hour // players' clocks are wrong
)

// localSource is an authority of our own and the certificate that it issues for our domains.
type localSource struct {
	dir     string
	domains []string
	hosts   []string // below the domains
}

// authorityFile is the certificate to import, in PEM; its copy in DER ends in .cer, which Windows opens.
const (
	authorityFile    = "ca.crt"
	authorityFileDER = "ca.cer"
	authorityKeyFile = "ca.key"
	leafFile         = "server.crt"
	leafKeyFile      = "server.key"
)

// load returns the certificate of the server, issuing a new one when there is none, when it is about to expire, or when the
// domains have changed. The authority is made once and then kept: players have imported it.
func (s localSource) load(now time.Time) (*tls.Certificate, error) {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, err
	}
	authority, err := s.authority(now)
	if err != nil {
		return nil, err
	}
	leaf, err := tls.LoadX509KeyPair(filepath.Join(s.dir, leafFile), filepath.Join(s.dir, leafKeyFile))
	if err == nil && s.good(leaf.Leaf, authority.Leaf, now) {
		return &leaf, nil
	}
	return s.issue(authority, now)
}

// good reports whether a certificate can go on being served. One that cannot be read is simply replaced.
func (s localSource) good(leaf, authority *x509.Certificate, now time.Time) bool {
	names, ips := s.subjects()
	sameIPs := slices.EqualFunc(leaf.IPAddresses, ips, net.IP.Equal)
	return slices.Equal(leaf.DNSNames, names) && sameIPs && now.After(leaf.NotBefore) && now.Add(renewBefore).Before(leaf.NotAfter) &&
		leaf.CheckSignatureFrom(authority) == nil
}

// subjects returns what the certificate covers: each domain and every name below it, and this machine. The names that are
// served stand beside the wildcards: OpenSSL and others match no wildcard right below a name without a dot, as localhost.
func (s localSource) subjects() (names []string, ips []net.IP) {
	addName := func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, domain := range slices.Concat(s.domains, []string{"localhost", "127.0.0.1", "::1"}) {
		if ip := net.ParseIP(domain); ip == nil {
			addName(domain)
			addName("*." + domain)
		} else if !slices.ContainsFunc(ips, ip.Equal) {
			ips = append(ips, ip)
		}
	}
	for _, host := range s.hosts {
		addName(host)
	}
	return names, ips
}

func (s localSource) authority(now time.Time) (*tls.Certificate, error) {
	certPath, keyPath := filepath.Join(s.dir, authorityFile), filepath.Join(s.dir, authorityKeyFile)
	pair, err := tls.LoadX509KeyPair(certPath, keyPath)
	if err == nil && now.Add(renewBefore).Before(pair.Leaf.NotAfter) {
		return &pair, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		// Replacing it silently would break every player who trusts it.
		return nil, fmt.Errorf("the certificate authority in %s cannot be read; restore it, or delete %s and %s to make a new one: %w",
			s.dir, authorityFile, authorityKeyFile, err)
	}
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "Peace local authority for " + s.domains[0], Organization: []string{"Peace"}},
		NotBefore:             now.Add(-clockSkew),
		NotAfter:              now.Add(authorityLife),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,
	}
	made, err := create(template, nil)
	if err != nil {
		return nil, err
	}
	if err := s.save(made, authorityFile, authorityKeyFile); err != nil {
		return nil, err
	}
	return made, writeFile(filepath.Join(s.dir, authorityFileDER), made.Leaf.Raw, 0o644)
}

func (s localSource) issue(authority *tls.Certificate, now time.Time) (*tls.Certificate, error) {
	names, ips := s.subjects()
	leaf, err := create(&x509.Certificate{
		Subject:               pkix.Name{CommonName: s.domains[0], Organization: []string{"Peace"}},
		NotBefore:             now.Add(-clockSkew),
		NotAfter:              now.Add(leafLife - clockSkew),
		DNSNames:              names,
		IPAddresses:           ips,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}, authority)
	if err != nil {
		return nil, err
	}
	return leaf, s.save(leaf, leafFile, leafKeyFile)
}

// create makes a P-256 key and a certificate for it, signed by parent or, when that is nil, by itself. SChannel of every
// Windows that runs osu! knows P-256.
func create(template *x509.Certificate, parent *tls.Certificate) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	issuer, signer := template, crypto.PrivateKey(key)
	if parent != nil {
		issuer, signer = parent.Leaf, parent.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, key.Public(), signer)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: cert}, nil
}

// save writes the key first: a certificate without its key would look like one that cannot be read.
func (s localSource) save(pair *tls.Certificate, certName, keyName string) error {
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		return err
	}
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})
	if err := writeFile(filepath.Join(s.dir, keyName), keyPEM, 0o600); err != nil {
		return err
	}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]})
	return writeFile(filepath.Join(s.dir, certName), certPEM, 0o644)
}

// writeFile replaces a file at once, so that a crash leaves the old one or the new one.
func writeFile(path string, data []byte, mode fs.FileMode) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // with mode 0600
	if err != nil {
		return err
	}
	_, err = temporary.Write(data)
	err = errors.Join(err, temporary.Sync(), temporary.Close())
	if err == nil {
		err = os.Chmod(temporary.Name(), mode)
	}
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		_ = os.Remove(temporary.Name())
	}
	return err
}
