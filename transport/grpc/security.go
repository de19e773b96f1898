package peer

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	grpcpeer "google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/tap"
)

// TLS names the files of one end of a connection, all PEM. The zero value means plaintext.
type TLS struct {
	// Cert and Key are this process's certificate chain and key. A server needs them; on a dialler they are for peers that
	// ask for a client certificate.
	Cert string `koanf:"cert" doc:"file of this process's certificate chain, PEM"`
	Key  string `koanf:"key" doc:"file of its private key, PEM"`
	// CA is the file of authorities that the other end's certificate must come from. On a server it makes callers show one;
	// on a dialler, empty means those of the system.
	CA string `koanf:"ca" doc:"file of the authorities that the other end's certificate must come from, PEM"`
	// ServerName is the name in the peer's certificate, on a dialler, when it is not that of the target.
	ServerName string `koanf:"server_name" doc:"name in the peer's certificate, when it is not that of the target"`
	// Enabled turns TLS on without any file: a dialler that trusts the system's authorities.
	Enabled bool `koanf:"enabled" doc:"use TLS without any file: trust the system's authorities"`
}

func (t TLS) on() bool { return t.Enabled || t.Cert != "" || t.CA != "" || t.ServerName != "" }

// load reads the files.
func (t TLS) load() (*tls.Config, *x509.CertPool, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS13, ServerName: t.ServerName}
	if t.Cert != "" || t.Key != "" {
		certificate, err := tls.LoadX509KeyPair(t.Cert, t.Key)
		if err != nil {
			return nil, nil, fmt.Errorf("tls.cert: %w", err)
		}
		config.Certificates = []tls.Certificate{certificate}
	}
	if t.CA == "" {
		return config, nil, nil
	}
	pem, err := os.ReadFile(t.CA)
	if err != nil {
		return nil, nil, fmt.Errorf("tls.ca: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, nil, fmt.Errorf("tls.ca: no certificate in %s", t.CA)
	}
	return config, pool, nil
}

// serverTLS returns the configuration of a listener; nil is plaintext.
func serverTLS(c Config) (*tls.Config, error) {
	if !c.TLS.on() {
		return nil, nil
	}
	config, pool, err := c.TLS.load()
	if err != nil {
		return nil, err
	}
	if len(config.Certificates) == 0 {
		return nil, errors.New("tls.cert: a listener with TLS needs a certificate")
	}
	if config.ClientCAs = pool; pool != nil {
		config.ClientAuth = tls.RequireAndVerifyClientCert
		if c.Token != "" { // either will do
			config.ClientAuth = tls.VerifyClientCertIfGiven
		}
	}
	return config, nil
}

// local says that an address cannot be reached from another machine: a unix socket or a loopback address.
func local(network, address string) bool {
	if network == "unix" {
		return true
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// bearer sends the token with every call.
type bearer struct {
	token string
	plain bool // allowed without TLS: the connection does not leave the machine
}

func (b bearer) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + b.token}, nil
}

func (b bearer) RequireTransportSecurity() bool { return !b.plain }

type callerKey struct{}

// Caller returns the name of the process that makes the call which ctx belongs to: that of its certificate, or the one it
// gives itself along with the right token. It reports false for calls from within the process and for callers that
// proved nothing.
func Caller(ctx context.Context) (name string, ok bool) {
	name, ok = ctx.Value(callerKey{}).(string)
	return name, ok
}

// agentPrefix begins the user-agent of a dialler; its name follows.
const agentPrefix = "peace/"

// agentOf returns the user-agent in which a dialler says who it is.
func agentOf(name string) string { return agentPrefix + url.PathEscape(name) }

// nameOf returns the name that a caller gives itself, or "". gRPC adds its own word to the user-agent.
func nameOf(header metadata.MD) string {
	agent, ok := strings.CutPrefix(first(header, "user-agent"), agentPrefix)
	if !ok {
		return ""
	}
	escaped, _, _ := strings.Cut(agent, " ")
	name, err := url.PathUnescape(escaped)
	if err != nil {
		return ""
	}
	return name
}

// admit runs before a request is decoded. It puts the caller into the context, or refuses.
func (s *Server) admit(ctx context.Context, info *tap.Info) (context.Context, error) {
	if p, ok := grpcpeer.FromContext(ctx); ok {
		if secure, ok := p.AuthInfo.(credentials.TLSInfo); ok && len(secure.State.VerifiedChains) > 0 {
			leaf := secure.State.VerifiedChains[0][0]
			name := leaf.Subject.CommonName
			if len(leaf.DNSNames) > 0 {
				name = leaf.DNSNames[0]
			}
			return context.WithValue(ctx, callerKey{}, name), nil
		}
	}
	if !s.wantToken {
		return ctx, nil
	}
	if token, ok := strings.CutPrefix(first(info.Header, "authorization"), "Bearer "); ok {
		sum := sha256.Sum256([]byte(token))
		if subtle.ConstantTimeCompare(sum[:], s.tokenSum[:]) == 1 {
			return context.WithValue(ctx, callerKey{}, nameOf(info.Header)), nil
		}
	}
	return nil, status.Error(codeOf[ErrUnauthenticated.Kind], ErrUnauthenticated.Message)
}

func first(md metadata.MD, key string) string {
	if values := md.Get(key); len(values) > 0 {
		return values[0]
	}
	return ""
}
