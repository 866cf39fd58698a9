package mail

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	netmail "net/mail"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Encryption says how the way to the mail server is kept secret.
type Encryption string

// The kinds of encryption.
const (
	StartTLS Encryption = "starttls" // plain at first, then TLS, or nothing is sent
	Implicit Encryption = "implicit" // TLS from the first byte, usually on port 465
	Plain    Encryption = "none"     // for a server on this machine or a network of its own
)

// Config is how the mail server is reached.
type Config struct {
	Host       string
	Port       int
	User       string // empty: the server asks nobody
	Password   string
	From       string // an address, with a name or without
	Encryption Encryption
	TLS        *tls.Config // nil: the system's authorities
}

// Sender sends letters; it is safe for concurrent use, and opens a connection for each.
type Sender struct{ config Config }

// NewSender checks a configuration, without asking the server.
func NewSender(c Config) (*Sender, error) {
	if _, err := netmail.ParseAddress(c.From); err != nil {
		return nil, fmt.Errorf("mail: the address of the sender %q: %w", c.From, err)
	}
	s := &Sender{config: c}
	if _, err := s.dialer(); err != nil {
		return nil, err
	}
	return s, nil
}

// longest is how long the server may take where the context sets no end.
const longest = 15 * time.Second

// tls is the configuration of TLS for the server's name.
func (s *Sender) tls() *tls.Config {
	if s.config.TLS != nil {
		return s.config.TLS
	}
	return &tls.Config{ServerName: s.config.Host, MinVersion: tls.VersionTLS12}
}

func (s *Sender) dialer(more ...gomail.Option) (*gomail.Client, error) {
	c := s.config
	options := append([]gomail.Option{gomail.WithPort(c.Port), gomail.WithTimeout(longest), gomail.WithTLSConfig(s.tls())}, more...)
	switch c.Encryption {
	case Implicit:
		options = append(options, gomail.WithSSL())
	case Plain:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	case StartTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	default:
		return nil, fmt.Errorf("mail: unknown encryption %q", c.Encryption)
	}
	if c.User != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(c.User), gomail.WithPassword(c.Password))
	}
	client, err := gomail.NewClient(c.Host, options...)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return client, nil
}

// Send sends a letter of plain text, and returns when the server has taken it.
func (s *Sender) Send(ctx context.Context, to, subject, text string) error {
	m := gomail.NewMsg()
	if err := m.From(s.config.From); err != nil {
		return fmt.Errorf("mail: sender: %w", err)
	}
	if err := m.To(to); err != nil {
		return fmt.Errorf("mail: address: %w", err)
	}
	m.Subject(subject)
	m.SetDate()
	m.SetMessageID()
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: nobody's absence note answers
	m.SetBodyString(gomail.TypeTextPlain, text)
	ctx, cancel := context.WithTimeout(ctx, longest)
	var line net.Conn
	defer func() {
		cancel()
		if line != nil {
			_ = line.Close() // the library leaves it open where the server and it do not agree
		}
	}()
	client, err := s.dialer(gomail.WithDialContextFunc(func(_ context.Context, network, address string) (_ net.Conn, err error) {
		if s.config.Encryption == Implicit {
			line, err = (&tls.Dialer{Config: s.tls()}).DialContext(ctx, network, address)
		} else {
			line, err = (&net.Dialer{}).DialContext(ctx, network, address)
		}
		if err == nil {
			end, _ := ctx.Deadline() // there is one
			err = line.SetDeadline(end)
		}
		return line, err
	}))
	if err != nil {
		return err
	}
	if err := client.DialAndSendWithContext(ctx, m); err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	return nil
}
