package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"ims/internal/mail"
)

// Letters is how letters to operators are sent, such as invitations. Without a host none are: links are shown to whoever
// asked for them.
type Letters struct {
	SMTPHost         string          `name:"smtp-host" help:"Mail server for letters to operators. Default: no letters, links are shown to whoever invites." env:"IMS_SMTP_HOST" placeholder:"HOST"`
	SMTPPort         int             `name:"smtp-port" help:"Its port." default:"587" env:"IMS_SMTP_PORT"`
	SMTPUser         string          `name:"smtp-user" help:"User at the mail server. Default: it asks nobody." env:"IMS_SMTP_USER" placeholder:"NAME"`
	SMTPPasswordFile string          `name:"smtp-password-file" help:"File of the user's password." env:"IMS_SMTP_PASSWORD_FILE" placeholder:"FILE"`
	SMTPFrom         string          `name:"smtp-from" help:"Address that letters come from, such as 'IBAN panel <panel@example.com>'." env:"IMS_SMTP_FROM" placeholder:"ADDRESS"`
	SMTPTLS          mail.Encryption `name:"smtp-tls" help:"Encryption of the way to the mail server: starttls, implicit, or none for a server on this machine." enum:"starttls,implicit,none" default:"starttls" env:"IMS_SMTP_TLS"`
}

// letters makes what sends letters; nil where there is no mail server.
func (l Letters) letters() (func(ctx context.Context, to, subject, text string) error, error) {
	if l.SMTPHost == "" {
		return nil, nil
	}
	password := ""
	if l.SMTPPasswordFile != "" {
		text, err := os.ReadFile(l.SMTPPasswordFile)
		if err != nil {
			return nil, fmt.Errorf("--smtp-password-file: %w", err)
		}
		password = strings.TrimSpace(string(text))
	}
	s, err := mail.NewSender(mail.Config{Host: l.SMTPHost, Port: l.SMTPPort, User: l.SMTPUser, Password: password, From: l.SMTPFrom, Encryption: l.SMTPTLS})
	if err != nil {
		return nil, fmt.Errorf("--smtp-...: %w", err)
	}
	return s.Send, nil
}

// Validate refuses what cannot work; kong calls it.
func (l Letters) Validate() error {
	_, err := l.letters()
	return err
}

// settings are the lines of ims config check. The password is not among them.
func (l Letters) settings() []setting {
	if l.SMTPHost == "" {
		return []setting{{"smtpHost", "none: no letters"}}
	}
	return []setting{{"smtpHost", l.SMTPHost}, {"smtpPort", fmt.Sprint(l.SMTPPort)}, {"smtpUser", l.SMTPUser},
		{"smtpPasswordFile", l.SMTPPasswordFile}, {"smtpFrom", l.SMTPFrom}, {"smtpTls", string(l.SMTPTLS)}}
}
