package main

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"os"
	"time"

	"ims/internal/bank"
)

type caCommands struct {
	Init   caInitCommand   `cmd:"" help:"Make the certificate authority of the installation; the one that is there stays."`
	Sign   caSignCommand   `cmd:"" help:"Sign a customer's certificate request."`
	Revoke caRevokeCommand `cmd:"" help:"End a certificate for ever, within a second everywhere."`
	List   caListCommand   `cmd:"" help:"List the authority and the customer's certificates, with the days they have left."`
}

type caInitCommand struct {
	Out string `help:"Also write the certificate to a file; it must not exist." placeholder:"FILE"`
}

// Run makes the authority and prints its certificate, which callers must trust.
func (c *caInitCommand) Run(p *program) error {
	return p.with(func(r *rooms) error {
		cert, err := r.customers.InitCA(p.ctx)
		if err != nil {
			return err
		}
		text := certificatePEM(cert)
		if c.Out == "" {
			_, err = p.stdout.Write(text)
			return err
		}
		return writeNew(c.Out, func(w io.Writer) error { _, err := w.Write(text); return err })
	})
}

func certificatePEM(cert *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
}

type caSignCommand struct {
	CSR         string            `help:"File with the request, PEM." required:"" placeholder:"FILE" name:"csr"`
	Permissions []bank.Permission `help:"What the caller may do. Default: all but files and items." placeholder:"NAME"`
	Out         string            `help:"Write the chain to a file instead of standard output; it must not exist." placeholder:"FILE"`
}

// Run signs the request and writes the chain: the certificate, then the authority's.
func (c *caSignCommand) Run(p *program) error {
	csr, err := os.ReadFile(c.CSR)
	if err != nil {
		return err
	}
	return p.changing(func(r *rooms, actor bank.Actor) error {
		if c.Out != "" {
			if _, err := os.Stat(c.Out); err == nil {
				return fmt.Errorf("%s exists", c.Out) // before there is a certificate that nobody could read
			}
		}
		cert, chain, err := r.customers.Sign(p.ctx, actor, actor.Customer, csr, c.Permissions)
		if err != nil {
			return err
		}
		fmt.Fprintf(p.stderr, "signed %s, serial %s, until %s\n", cert.CN, cert.Serial, cert.NotAfter.Format(time.DateOnly))
		if c.Out == "" {
			_, err = io.Copy(p.stdout, bytes.NewReader(chain))
			return err
		}
		return writeNew(c.Out, func(w io.Writer) error { _, err := w.Write(chain); return err })
	})
}

type caRevokeCommand struct {
	Serial string `arg:"" help:"Serial number, hexadecimal; ims ca list shows them."`
	Reason string `help:"Why, for the audit trail." required:""`
}

// Run revokes the certificate.
func (c *caRevokeCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		if err := r.customers.Revoke(p.ctx, actor, actor.Customer, c.Serial, c.Reason); err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "revoked %s\n", visible(c.Serial))
		return nil
	})
}
