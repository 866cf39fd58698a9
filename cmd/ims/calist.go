package main

import (
	"fmt"
	"time"

	"ims/internal/bank"
	"ims/internal/customers"
)

type caListCommand struct {
	listing
}

// certificateView is a certificate in JSON.
type certificateView struct {
	CN        string                 `json:"cn"`
	Serial    string                 `json:"serial"`
	Status    bank.CertificateStatus `json:"status"` // ACTIVE also when its time is over
	NotBefore time.Time              `json:"notBefore"`
	NotAfter  time.Time              `json:"notAfter"`
	validity
	Email       string            `json:"email,omitempty"` // for renewal notices
	Permissions []bank.Permission `json:"permissions"`
}

// authorityView is the authority with the customer's certificates.
type authorityView struct {
	Subject  string    `json:"subject"`
	NotAfter time.Time `json:"notAfter"`
	validity
	PEM          string            `json:"pem"`
	Certificates []certificateView `json:"certificates"`
}

// validity is how long a certificate still serves.
type validity struct {
	DaysLeft int  `json:"daysLeft"` // whole days; negative when they are over
	Renew    bool `json:"renew"`    // fewer than 30 days are left, or none, and no later one of the CN is active
}

func (p *program) validityOf(until time.Time) validity {
	now := p.now()
	return validity{customers.DaysLeft(until, now), customers.ExpiresSoon(until, now) || !now.Before(until)}
}

// note is for the eye of whoever reads the table.
func (v validity) note() string {
	switch {
	case !v.Renew:
		return ""
	case v.DaysLeft < 0:
		return "expired"
	}
	return "renew now"
}

// Run lists the authority and what it signed for the customer, and warns of what ends within 30 days.
func (c *caListCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		ca, err := r.customers.CACertificate(p.ctx)
		if err != nil {
			return err
		}
		list, err := r.customers.Certificates(p.ctx, actor.Customer)
		if err != nil {
			return err
		}
		v := authorityView{Subject: ca.Subject.String(), NotAfter: ca.NotAfter, validity: p.validityOf(ca.NotAfter), PEM: string(certificatePEM(ca)),
			Certificates: []certificateView{}}
		t := newTable("CN", "STATUS", "UNTIL", ">DAYS LEFT", "SERIAL", "E-MAIL", "NOTE")
		t.row(v.Subject, "AUTHORITY", v.NotAfter.Format(time.DateOnly), v.DaysLeft, "", "", v.note())
		last := map[string]time.Time{} // of each CN
		for _, s := range list {
			if s.Status == bank.CertificateActive && s.NotAfter.After(last[s.CN]) {
				last[s.CN] = s.NotAfter
			}
		}
		for _, s := range list {
			one := p.viewCertificate(s)
			one.Renew = one.Renew && s.Status == bank.CertificateActive && s.NotAfter.Equal(last[s.CN])
			v.Certificates = append(v.Certificates, one)
			t.row(one.CN, one.Status, one.NotAfter.Format(time.DateOnly), one.DaysLeft, one.Serial, one.Email, one.note())
		}
		return c.print(p, v, t)
	})
}

func (p *program) viewCertificate(s bank.Certificate) certificateView {
	return certificateView{CN: s.CN, Serial: s.Serial, Status: s.Status, NotBefore: s.NotBefore, NotAfter: s.NotAfter,
		validity: p.validityOf(s.NotAfter), Email: s.Email, Permissions: s.Permissions}
}

// note names whom to tell.
func (v certificateView) note() string {
	if v.Renew && v.Email != "" {
		return fmt.Sprintf("%s: tell %s", v.validity.note(), v.Email)
	}
	return v.validity.note()
}
