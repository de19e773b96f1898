package peer_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"

	peer "github.com/pure-peace/peace/transport/grpc"
	"github.com/pure-peace/peace/transport/grpc/internal/echo/echopb"
)

// authority issues certificates for tests.
type authority struct {
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := authority{dir: t.TempDir(), key: key, cert: &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}}
	a.write(t, "ca", a.cert, key)
	return a
}

func (a authority) write(t *testing.T, name string, cert *x509.Certificate, key *ecdsa.PrivateKey) {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, cert, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for path, block := range map[string]*pem.Block{
		name + ".crt": {Type: "CERTIFICATE", Bytes: der}, name + ".key": {Type: "PRIVATE KEY", Bytes: private},
	} {
		if err := os.WriteFile(filepath.Join(a.dir, path), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// issue makes a certificate and returns the settings that use it.
func (a authority) issue(t *testing.T, name string) peer.TLS {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a.write(t, name, &x509.Certificate{
		SerialNumber: big.NewInt(2), DNSNames: []string{name}, NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, key)
	return peer.TLS{Cert: filepath.Join(a.dir, name+".crt"), Key: filepath.Join(a.dir, name+".key"), CA: filepath.Join(a.dir, "ca.crt")}
}

// TestAuthentication calls a method that answers who its caller is.
func TestAuthentication(t *testing.T) {
	a, other := newAuthority(t), newAuthority(t)
	server, caller, stranger := a.issue(t, "server"), a.issue(t, "gateway"), other.issue(t, "gateway")
	stranger.CA = caller.CA
	trusting, open := peer.TLS{CA: caller.CA}, server
	open.CA = ""
	refused := peer.ErrUnauthenticated
	for _, test := range []struct {
		name        string
		server      peer.TLS
		serverToken string
		client      peer.TLS
		token       string
		want        string
		err         error
	}{
		{name: "plain on loopback", want: "nobody"},
		{name: "token on loopback", serverToken: "s3cret", token: "s3cret", want: "near"},
		{name: "wrong token on loopback", serverToken: "s3cret", token: "s3cre", err: refused},
		{name: "no token", serverToken: "s3cret", err: refused},
		{name: "a token that nobody asked for", token: "s3cret", want: "nobody"},
		{name: "tls and token", server: open, serverToken: "s3cret", client: trusting, token: "s3cret", want: "near"},
		{name: "tls and wrong token", server: open, serverToken: "s3cret", client: trusting, token: "x", err: refused},
		{name: "mtls", server: server, client: caller, want: "gateway"},
		{name: "mtls or token, by certificate", server: server, serverToken: "s3cret", client: caller, want: "gateway"},
		{name: "mtls or token, by token", server: server, serverToken: "s3cret", client: trusting, token: "s3cret", want: "near"},
		{name: "mtls or token, by neither", server: server, serverToken: "s3cret", client: trusting, err: refused},
		{name: "mtls without a certificate", server: server, client: trusting, err: peer.ErrPeerUnavailable},
		{name: "mtls with a stranger's certificate", server: server, client: stranger, err: peer.ErrPeerUnavailable},
		{name: "a server of another authority", server: server, client: peer.TLS{CA: filepath.Join(other.dir, "ca.crt")}, err: peer.ErrPeerUnavailable},
		{name: "plain to tls", server: server, err: peer.ErrPeerUnavailable},
		{name: "tls to plain", client: trusting, err: peer.ErrPeerUnavailable},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := serve(t, service{write: func(ctx context.Context, _ string) (string, error) {
				if name, ok := peer.Caller(ctx); ok {
					return name, nil
				}
				return "nobody", nil
			}}, func(c *peer.Config) { c.Listen, c.TLS, c.Token = "127.0.0.1:0", test.server, test.serverToken })
			conn := dial(t, s.target, func(c *peer.DialConfig) {
				c.TLS, c.Token = test.client, test.token
				if errors.Is(test.err, peer.ErrPeerUnavailable) {
					c.Timeout = 300 * time.Millisecond
				}
			})
			got, err := echopb.NewClient(conn).Write(t.Context(), "x")
			if got != test.want || !errors.Is(err, test.err) {
				t.Errorf("%q, %v; want %q, %v", got, err, test.want, test.err)
			}
			if errors.Is(test.err, refused) { // nor anything else
				if _, err := conn.Describe(t.Context()); !errors.Is(err, refused) {
					t.Errorf("Describe: %v", err)
				}
				for _, err := range echopb.NewClient(conn).Count(t.Context(), 1) {
					if !errors.Is(err, refused) {
						t.Errorf("stream: %v", err)
					}
				}
			}
		})
	}
}

func TestPlaintextStaysOnTheMachine(t *testing.T) {
	for _, address := range []string{"127.0.0.1:7000", "[::1]:7000", "localhost:7000", "unix:/run/peace"} {
		config, dial := peer.DefaultConfig(), peer.DefaultDialConfig()
		config.Listen, dial.Target = address, address
		if err := errors.Join(config.Validate(), dial.Validate()); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, address := range []string{":7000", "0.0.0.0:7000", "10.0.0.2:7000", "[::]:7000", "peace.example:7000", "localhost.example:7000"} {
		config := peer.DefaultConfig()
		config.Listen, config.Token = address, "s3cret"
		if err := config.Validate(); err == nil || !strings.HasPrefix(err.Error(), "listen: ") || !strings.Contains(err.Error(), "set tls.cert") {
			t.Errorf("listen on %s: %v", address, err)
		}
		config.Token, config.TLS = "", peer.TLS{Cert: "a", Key: "b"}
		if err := config.Validate(); err == nil || !strings.Contains(err.Error(), "set token") {
			t.Errorf("listen on %s with TLS only: %v", address, err)
		}
		for _, target := range []string{address, "dns:///" + address} {
			dial := peer.DefaultDialConfig()
			dial.Target = target
			if err := dial.Validate(); err == nil || !strings.HasPrefix(err.Error(), "target: ") {
				t.Errorf("dial %s: %v", target, err)
			}
		}
	}
}

func TestHealth(t *testing.T) {
	s := serve(t, service{})
	conn, err := grpc.NewClient(s.target, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, name := range []string{"", echopb.EchoService_ServiceDesc.ServiceName} {
		got, err := grpc_health_v1.NewHealthClient(conn).Check(t.Context(), &grpc_health_v1.HealthCheckRequest{Service: name})
		if err != nil || got.GetStatus() != grpc_health_v1.HealthCheckResponse_SERVING {
			t.Errorf("%q: %v, %v", name, got, err)
		}
	}
}
