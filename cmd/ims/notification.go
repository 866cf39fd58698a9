package main

import (
	"fmt"
	"os"
	"time"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/notify"
)

type notifyCommands struct {
	Endpoint endpointCommands   `cmd:"" help:"Where the customer is told."`
	List     notifyListCommand  `cmd:"" help:"What became of events, newest first."`
	Show     notifyShowCommand  `cmd:"" help:"One entry with its attempts."`
	Retry    notifyRetryCommand `cmd:"" help:"Send the events of an entry again."`
	Resend   resendCommand      `cmd:"" help:"Send everything since a transaction or an instant again."`
}

type endpointCommands struct {
	Set    endpointSetCommand    `cmd:"" help:"Set or change the endpoint; tells the signing secret the first time."`
	Show   endpointShowCommand   `cmd:"" help:"How it is set and how sending goes."`
	Test   endpointTestCommand   `cmd:"" help:"Send a signed test event and tell what came of it."`
	Rotate endpointRotateCommand `cmd:"" help:"Make a new signing secret; the one before is valid for 24 hours more."`
}

type endpointSetCommand struct {
	listing
	URL            string                      `arg:"" help:"https://..."`
	Authentication bank.EndpointAuthentication `help:"How we show who we are." enum:"MTLS,BASIC" default:"MTLS"`
	Username       string                      `help:"BASIC: user name."`
	PasswordFile   string                      `help:"BASIC: file with the password, its line end left out; without it the password stays." type:"existingfile"`
	Certificate    string                      `help:"MTLS: PEM chain of an own client certificate; without it we present CN=ims-notify." type:"existingfile"`
	CertificateKey string                      `help:"MTLS: PEM of its key." type:"existingfile"`
	CA             string                      `name:"ca" help:"PEM of the authorities of the endpoint's certificate, where they are not public ones." type:"existingfile"`
	Off            bool                        `help:"Keep the setting, but send nothing."`
	Private        bool                        `help:"The endpoint may be on a private address and without TLS; serve needs --notify-private then." env:"IMS_NOTIFY_PRIVATE"`
}

// Run sets the endpoint.
func (c *endpointSetCommand) Run(p *program) error {
	n := notify.Setting{URL: c.URL, Authentication: c.Authentication, Username: c.Username, Active: !c.Off}
	for _, part := range []struct {
		file string
		to   *string
	}{{c.PasswordFile, &n.Password}, {c.Certificate, &n.Certificate}, {c.CertificateKey, &n.Key}, {c.CA, &n.CA}} {
		if part.file == "" {
			continue
		}
		text, err := os.ReadFile(part.file)
		if err != nil {
			return err
		}
		*part.to = string(text)
	}
	n.Password = trimLineEnd(n.Password)
	return p.changing(func(r *rooms, actor bank.Actor) error {
		r.notify.Private = c.Private
		e, secret, pending, err := r.notify.Set(p.ctx, actor, n)
		if err != nil {
			return err
		}
		return c.tell(p, viewEndpoint(e, 0), secret, pending)
	})
}

func trimLineEnd(s string) string {
	for len(s) > 0 && (s[len(s)-1] == '\n' || s[len(s)-1] == '\r') {
		s = s[:len(s)-1]
	}
	return s
}

// tell shows what was set, or what waits.
func (l listing) tell(p *program, e endpointView, secret string, pending *bank.Approval) error {
	if pending != nil {
		return access.Waiting(pending)
	}
	e.SigningSecret = secret
	if err := l.print(p, e, endpointTable(e)); err != nil || secret == "" || l.Output == "json" {
		return err
	}
	fmt.Fprintf(p.stdout, "\nSigning secret, shown this once: %s\n", secret)
	return nil
}

// endpointView is an endpoint in JSON.
type endpointView struct {
	URL            string                      `json:"url"`
	Authentication bank.EndpointAuthentication `json:"authentication"`
	Active         bool                        `json:"active"`
	Stopped        string                      `json:"stopped,omitempty"`
	Failures       int64                       `json:"failures"`
	NextProbeAt    *time.Time                  `json:"nextProbeAt,omitempty"`
	ToldUpTo       bank.TransactionID          `json:"toldUpTo"`
	Waiting        int64                       `json:"waiting"`
	SigningSecret  string                      `json:"signingSecret,omitempty"`
}

func viewEndpoint(e bank.NotificationEndpoint, waiting int64) endpointView {
	return endpointView{URL: e.URL, Authentication: e.Authentication, Active: e.Active, Stopped: e.Stopped, Failures: e.Failures,
		NextProbeAt: instantView(e.ProbeAt), ToldUpTo: e.Cursor, Waiting: waiting}
}

func endpointTable(e endpointView) *table {
	t := newTable("URL", "AUTHENTICATION", "ACTIVE", ">TOLD UP TO", ">WAITING", ">FAILURES", "NEXT PROBE")
	probe := ""
	if e.NextProbeAt != nil {
		probe = e.NextProbeAt.Format(time.DateTime)
	}
	t.row(e.URL, e.Authentication, e.Active, e.ToldUpTo, e.Waiting, e.Failures, probe+e.Stopped)
	return t
}

type endpointShowCommand struct{ listing }

// Run shows the endpoint.
func (c *endpointShowCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		e, waits, err := r.notify.Endpoint(p.ctx, actor)
		if err != nil {
			return err
		}
		v := viewEndpoint(e, waits)
		return c.print(p, v, endpointTable(v))
	})
}

type endpointRotateCommand struct{ listing }

// Run makes a new signing secret.
func (c *endpointRotateCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		secret, pending, err := r.notify.Rotate(p.ctx, actor)
		if err != nil {
			return err
		}
		e, waits, err := r.notify.Endpoint(p.ctx, actor)
		if err != nil {
			return err
		}
		return c.tell(p, viewEndpoint(e, waits), secret, pending)
	})
}

type endpointTestCommand struct {
	listing
	Private bool `help:"The endpoint may be on a private address and without TLS." env:"IMS_NOTIFY_PRIVATE"`
}

// Run sends a test event; a failed attempt is a refusal.
func (c *endpointTestCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		r.notify.Private = c.Private
		a, err := r.notify.Test(p.ctx, actor)
		if err != nil {
			return err
		}
		if err := c.print(p, viewAttempt(a), attemptTable(a)); err != nil {
			return err
		}
		if a.Failure != "" {
			return bank.ErrConflict.With("the test event did not arrive: %s", a.Failure)
		}
		return nil
	})
}

// attemptView is an attempt in JSON.
type attemptView struct {
	At         time.Time `json:"at"`
	Status     int       `json:"status"`
	DurationMs int64     `json:"durationMs"`
	Failure    string    `json:"failure,omitempty"`
	Answer     string    `json:"answer,omitempty"`
}

func viewAttempt(a bank.Attempt) attemptView {
	return attemptView{a.At, a.Status, a.Duration.Milliseconds(), a.Failure, a.Answer}
}

func attemptTable(list ...bank.Attempt) *table {
	t := newTable("AT", ">STATUS", ">MS", "FAILURE", "ANSWER")
	for _, a := range list {
		t.row(a.At.Format(time.DateTime), a.Status, a.Duration.Milliseconds(), a.Failure, a.Answer)
	}
	return t
}

type notifyListCommand struct {
	listing
	State       bank.DeliveryState `help:"Only entries of a state; ALL for all." enum:"PENDING,DELIVERED,GIVEN_UP,ALL" default:"ALL"`
	Transaction bank.TransactionID `help:"Only entries that tell of a transaction." placeholder:"ID"`
	After       bank.ID            `help:"Continue behind this entry." placeholder:"ID"`
	Limit       int                `help:"How many." default:"100"`
}

// Run lists notifications.
func (c *notifyListCommand) Run(p *program) error {
	f := notify.Filter{State: c.State, Transaction: c.Transaction, Before: c.After, Limit: c.Limit}
	if f.State == "ALL" {
		f.State = ""
	}
	return p.reading(func(r *rooms, actor bank.Actor) error {
		list, err := r.notify.Deliveries(p.ctx, actor, f)
		if err != nil {
			return err
		}
		views := make([]deliveryView, len(list))
		for i, d := range list {
			views[i] = viewDelivery(d)
		}
		return c.print(p, views, deliveryTable(list...))
	})
}

// deliveryView is a notification in JSON.
type deliveryView struct {
	ID       bank.ID            `json:"id"`
	First    bank.TransactionID `json:"firstTransactionId"`
	Last     bank.TransactionID `json:"lastTransactionId"`
	Events   int64              `json:"events"`
	State    bank.DeliveryState `json:"state"`
	Attempts int64              `json:"attempts"`
	NextAt   time.Time          `json:"nextAt"`
	Latest   attemptView        `json:"lastAttempt"`
	Log      []attemptView      `json:"log,omitempty"`
}

func viewDelivery(d bank.Delivery) deliveryView {
	return deliveryView{ID: d.ID, First: d.First, Last: d.Last, Events: d.Events, State: d.State, Attempts: d.Attempts, NextAt: d.NextAt,
		Latest: viewAttempt(d.Latest)}
}

func deliveryTable(list ...bank.Delivery) *table {
	t := newTable("ID", "STATE", ">FIRST", ">LAST", ">EVENTS", ">ATTEMPTS", ">STATUS", "FAILURE")
	for _, d := range list {
		t.row(d.ID, d.State, d.First, d.Last, d.Events, d.Attempts, d.Latest.Status, d.Latest.Failure)
	}
	return t
}

type notifyShowCommand struct {
	listing
	Notification bank.ID `arg:"" help:"Identifier of the entry."`
}

// Run shows a notification with its attempts.
func (c *notifyShowCommand) Run(p *program) error {
	return p.reading(func(r *rooms, actor bank.Actor) error {
		d, attempts, err := r.notify.Delivery(p.ctx, actor, c.Notification)
		if err != nil {
			return err
		}
		v := viewDelivery(d)
		for _, a := range attempts {
			v.Log = append(v.Log, viewAttempt(a))
		}
		return c.print(p, v, attemptTable(attempts...))
	})
}

type notifyRetryCommand struct {
	listing
	Notification bank.ID `arg:"" help:"Identifier of the entry."`
}

// Run sends a notification again.
func (c *notifyRetryCommand) Run(p *program) error {
	return p.changing(func(r *rooms, actor bank.Actor) error {
		d, err := r.notify.Retry(p.ctx, actor, c.Notification)
		if err != nil {
			return err
		}
		return c.print(p, viewDelivery(d), deliveryTable(d))
	})
}

type resendCommand struct {
	After *bank.TransactionID `help:"Everything behind this transaction; 0: from the first." xor:"since" required:"" placeholder:"ID"`
	Since time.Time           `help:"Everything since this instant, RFC 3339." xor:"since" required:"" placeholder:"INSTANT"`
}

// Run sends everything since a transaction or an instant again.
func (c *resendCommand) Run(p *program) error {
	since := notify.Since{At: c.Since}
	if c.After != nil {
		since.After = *c.After
	}
	return p.changing(func(r *rooms, actor bank.Actor) error {
		after, err := r.notify.Resend(p.ctx, actor, since)
		if err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "Everything behind transaction %d is sent again.\n", after)
		return nil
	})
}
