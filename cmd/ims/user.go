package main

import (
	"cmp"
	"errors"
	"strings"
	"time"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/store"
)

type userCommands struct {
	Create userCreateCommand `cmd:"" help:"Add an end user of the customer."`
	Update userUpdateCommand `cmd:"" help:"Change the KYC status or the status of an end user."`
	List   userListCommand   `cmd:"" help:"List end users in the order of creation."`

	Export  userExportCommand  `cmd:"" help:"Write everything that is kept about an end user, JSON."`
	Hold    userHoldCommand    `cmd:"" help:"Set a legal hold: the end user is not erased while it stands."`
	Release userReleaseCommand `cmd:"" help:"Lift the legal hold."`
	Erase   userEraseCommand   `cmd:"" help:"Erase an end user whose retention period is over; the ledger stays."`
}

type userCreateCommand struct {
	listing
	Type       bank.UserType  `help:"PERSON or CORPORATION." enum:"PERSON,CORPORATION" default:"PERSON"`
	FirstName  string         `help:"Of a person."`
	LastName   string         `help:"Of a person."`
	Company    string         `help:"Name of a corporation."`
	ExternalID string         `help:"The customer's own name of the end user; unique." name:"external-id"`
	Email      string         `help:"E-mail address."`
	Phone      string         `help:"Telephone number."`
	KYC        bank.KYCStatus `help:"PENDING, ACCEPTED or REJECTED." enum:"PENDING,ACCEPTED,REJECTED" default:"PENDING"`
}

// Run adds the end user.
func (c *userCreateCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		u, err := r.accounts.CreateUser(p.ctx, actor, accounts.NewUser{ExternalID: c.ExternalID, Type: c.Type, FirstName: c.FirstName,
			LastName: c.LastName, CompanyName: c.Company, Email: c.Email, Phone: c.Phone, KYC: c.KYC})
		if err != nil {
			return err
		}
		return c.print(p, viewUser(u), userTable(viewUser(u)))
	})
}

type userUpdateCommand struct {
	listing
	User   bank.ID         `arg:"" help:"Identifier of the end user."`
	KYC    bank.KYCStatus  `help:"PENDING, ACCEPTED or REJECTED." enum:",PENDING,ACCEPTED,REJECTED" default:""`
	Status bank.UserStatus `help:"ACTIVE or LOCKED." enum:",ACTIVE,LOCKED" default:""`
}

// Validate wants something to change; kong calls it.
func (c *userUpdateCommand) Validate() error {
	if c.KYC == "" && c.Status == "" {
		return errors.New("say what to change: --kyc or --status")
	}
	return nil
}

// Run changes the end user. Where IBANs wait for KYC, they are issued with its acceptance.
func (c *userUpdateCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		u, err := r.accounts.UpdateUser(p.ctx, actor, c.User, func(u *bank.User) error {
			u.KYC, u.Status = cmp.Or(c.KYC, u.KYC), cmp.Or(c.Status, u.Status)
			return nil
		})
		if err != nil {
			return err
		}
		return c.print(p, viewUser(u), userTable(viewUser(u)))
	})
}

type userListCommand struct {
	listing
	ExternalID string  `help:"Only the one with this external identifier." name:"external-id"`
	Name       string  `help:"Only those whose names have words that begin so, in any order, whatever the case."`
	IBAN       string  `help:"Only the owner of this IBAN." name:"iban"`
	After      bank.ID `help:"Continue behind this end user." placeholder:"ID"`
	Limit      int     `help:"How many." default:"100"`
}

// Run lists end users.
func (c *userListCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		list, err := r.accounts.Users(p.ctx, actor, store.UserFilter{ExternalID: c.ExternalID, Name: c.Name, IBAN: c.IBAN, After: c.After, Limit: c.Limit})
		if err != nil {
			return err
		}
		views := make([]userView, len(list))
		for i, u := range list {
			views[i] = viewUser(u)
		}
		return c.print(p, views, userTable(views...))
	})
}

// userView is an end user in JSON.
type userView struct {
	ID          bank.ID         `json:"id"`
	ExternalID  string          `json:"externalId,omitempty"`
	Type        bank.UserType   `json:"type"`
	FirstName   string          `json:"firstName,omitempty"`
	LastName    string          `json:"lastName,omitempty"`
	CompanyName string          `json:"companyName,omitempty"`
	Email       string          `json:"email,omitempty"`
	Phone       string          `json:"phone,omitempty"`
	KYCStatus   bank.KYCStatus  `json:"kycStatus"`
	Status      bank.UserStatus `json:"status"`
	CreatedAt   time.Time       `json:"createdAt"`
}

func viewUser(u bank.User) userView {
	return userView{ID: u.ID, ExternalID: u.ExternalID, Type: u.Type, FirstName: u.FirstName, LastName: u.LastName, CompanyName: u.CompanyName,
		Email: u.Email, Phone: u.Phone, KYCStatus: u.KYC, Status: u.Status, CreatedAt: u.CreatedAt}
}

func userTable(list ...userView) *table {
	t := newTable("ID", "TYPE", "NAME", "EXTERNAL ID", "KYC", "STATUS")
	for _, u := range list {
		t.row(u.ID, u.Type, u.name(), u.ExternalID, u.KYCStatus, u.Status)
	}
	return t
}

func (u userView) name() string {
	return strings.TrimSpace(u.FirstName + " " + u.LastName + " " + u.CompanyName)
}
