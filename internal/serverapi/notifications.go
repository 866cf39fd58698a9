package serverapi

import (
	"context"
	"net/http"
	"time"

	"ims/internal/bank"
	"ims/internal/notify"
	"ims/internal/web"
)

func notificationRoutes() []route {
	const tag = "Notifications"
	const second = " Where a second person is needed the answer is 202 with the pending approval, and nothing has happened: repeat the request once it is approved."
	missing := []*bank.Error{bank.ErrNotFound}
	return []route{
		{method: http.MethodGet, path: "/secure/notification-endpoint", id: "getNotificationEndpoint", tag: tag, summary: "Where you are told of transactions",
			description: "How it is set and how sending goes. Secrets are never shown.",
			need:        bank.PermHistoryRead, problems: missing, answer: endpointExample, mount: typed((*server).getEndpoint)},
		{method: http.MethodPut, path: "/secure/notification-endpoint", id: "setNotificationEndpoint", tag: tag, summary: "Set where you are told of transactions",
			description: "The first time the answer holds the signing secret, which is never shown again. From then on every transaction is told, at least once: " +
				"`POST` with exactly `{\"id\": 20, \"timestamp\": 1665557034}` and the headers of Standard Webhooks; fetch the details by id. Passwords and keys that are left out stay what they were." + second,
			need: bank.PermNotificationsWrite, problems: []*bank.Error{bank.ErrConflict, bank.ErrApprovalStale}, request: endpointRequestExample, answer: endpointSetExample,
			mount: typed((*server).setEndpoint), later: agreement},
		{method: http.MethodPut, path: "/secure/notification-endpoint/signing-secret", id: "rotateSigningSecret", tag: tag, summary: "Make a new signing secret",
			description: "The answer holds it, this once. For 24 hours events carry signatures by both." + second,
			need:        bank.PermNotificationsWrite, problems: []*bank.Error{bank.ErrNotFound, bank.ErrApprovalStale}, answer: secretExample,
			mount: typed((*server).rotateSecret), later: agreement},
		{method: http.MethodPost, path: "/secure/notification-endpoint/test", id: "testNotificationEndpoint", tag: tag, summary: "Send a test event",
			description: "A signed event with the id 0 is sent at once; the answer says what came of it. Nothing is stored.",
			need:        bank.PermNotificationsWrite, problems: []*bank.Error{bank.ErrNotFound, bank.ErrConflict}, answer: attemptExample, mount: typed((*server).testEndpoint)},
		{method: http.MethodPost, path: "/secure/notification-endpoint/resend", id: "resendNotifications", tag: tag, summary: "Send everything since a transaction or a time again",
			description: "Events of all transactions behind the given id, or of all that were made since the given time, are sent once more. One of the two is required. The answer tells behind which transaction sending goes on.",
			need:        bank.PermNotificationsWrite, key: keyOptional, status: http.StatusAccepted, problems: []*bank.Error{bank.ErrNotFound, bank.ErrConflict},
			request: map[string]any{"since": "2026-11-20T12:00:00Z"}, answer: map[string]any{"after": 1200}, mount: typed((*server).resend)},
		{method: http.MethodGet, path: "/secure/notifications", id: "listNotifications", tag: tag, summary: "What became of events",
			description: "Newest first. Events that went through at the first attempt stand together in one entry with the first and the last transaction; others have their own. Entries are kept for 30 days.",
			need:        bank.PermHistoryRead, answer: listOf(notificationExample), mount: typed((*server).listNotifications)},
		{method: http.MethodGet, path: "/secure/notifications/{notificationId}", id: "getNotification", tag: tag, summary: "One entry with its attempts",
			description: "Attempts are logged one by one for events that did not go through at once.",
			need:        bank.PermHistoryRead, problems: missing, answer: notificationDetailExample, mount: typed((*server).getNotification)},
		{method: http.MethodPost, path: "/secure/notifications/{notificationId}/retry", id: "retryNotification", tag: tag, summary: "Send an event again",
			description: "At once, whatever became of it; an entry of many events sends each again (at most 1,000).",
			need:        bank.PermNotificationsWrite, key: keyOptional, status: http.StatusAccepted, problems: []*bank.Error{bank.ErrNotFound, bank.ErrConflict},
			answer: notificationExample, mount: typed((*server).retryNotification)},
	}
}

// Endpoint is where a customer is told of transactions.
type Endpoint struct {
	URL            string          `json:"url"`
	Authentication string          `json:"authentication" enum:"MTLS,BASIC" doc:"How we show who we are: a client certificate (CN=ims-notify of our authority unless you gave one), or user name and password."`
	Username       string          `json:"username,omitempty"`
	OwnCA          bool            `json:"ownCa" doc:"The endpoint's certificate must come from authorities that you named."`
	Active         bool            `json:"active"`
	State          string          `json:"state" enum:"WORKING,RESTING,OFF,STOPPED" doc:"RESTING: it failed several times in a row and is probed now and then. STOPPED: it answered 410."`
	Failures       int64           `json:"failures" doc:"In a row."`
	NextProbeAt    *time.Time      `json:"nextProbeAt,omitempty"`
	ToldUpTo       int64           `json:"toldUpTo" doc:"Every transaction up to this id was attempted."`
	Waiting        int64           `json:"waiting" doc:"Entries that wait for another attempt."`
	Secrets        []SigningPeriod `json:"signingSecrets" nullable:"false" doc:"Which are valid; the current one first."`
	UpdatedAt      time.Time       `json:"updatedAt"`
}

// SigningPeriod is when a signing secret was made and, if it was replaced, until when it signs.
type SigningPeriod struct {
	CreatedAt time.Time  `json:"createdAt"`
	Until     *time.Time `json:"until,omitempty"`
}

func endpointFrom(e bank.NotificationEndpoint, waiting int64) Endpoint {
	return Endpoint{URL: e.URL, Authentication: string(e.Authentication), Username: e.Username, OwnCA: e.CA != "", Active: e.Active,
		State: endpointState(e), Failures: e.Failures, NextProbeAt: web.Instant(e.ProbeAt), ToldUpTo: int64(e.Cursor), Waiting: waiting,
		Secrets: web.Each(e.Secrets.Signing, func(s bank.SigningSecret) SigningPeriod {
			return SigningPeriod{web.Moment(s.CreatedAt), web.Instant(s.Until)}
		}), UpdatedAt: web.Moment(e.UpdatedAt)}
}

func endpointState(e bank.NotificationEndpoint) string {
	switch {
	case e.Stopped != "":
		return "STOPPED"
	case !e.Active:
		return "OFF"
	case !e.ProbeAt.IsZero():
		return "RESTING"
	}
	return "WORKING"
}

type endpointAnswer struct{ Body Endpoint }

func (s *server) getEndpoint(ctx context.Context, actor bank.Actor, _ *struct{}) (*endpointAnswer, error) {
	e, waiting, err := s.Notify.Endpoint(ctx, actor)
	if err != nil {
		return nil, err
	}
	return &endpointAnswer{endpointFrom(e, waiting)}, nil
}

type setEndpointInput struct {
	Body struct {
		URL            string `json:"url" maxLength:"2048" doc:"https."`
		Authentication string `json:"authentication" enum:"MTLS,BASIC"`
		Username       string `json:"username,omitempty" maxLength:"255" doc:"BASIC."`
		Password       string `json:"password,omitempty" maxLength:"255" doc:"BASIC."`
		Certificate    string `json:"certificate,omitempty" maxLength:"65536" doc:"MTLS: PEM chain of a client certificate of your own."`
		Key            string `json:"key,omitempty" maxLength:"65536" doc:"MTLS: PEM of its key."`
		CA             string `json:"ca,omitempty" maxLength:"65536" doc:"PEM of the authorities that your endpoint's certificate comes from, where they are not public ones."`
		Active         *bool  `json:"active,omitempty" doc:"Default: true."`
	}
}

// EndpointSet is the endpoint as it now is, with the signing secret where it is new.
type EndpointSet struct {
	Endpoint      *Endpoint `json:"endpoint,omitempty"`
	SigningSecret string    `json:"signingSecret,omitempty" doc:"whsec_...; shown this once."`
	Approval      *Approval `json:"approval,omitempty" doc:"Waits; nothing has happened yet."`
}

type endpointSetAnswer struct {
	Status int
	Body   EndpointSet
}

func (s *server) setEndpoint(ctx context.Context, actor bank.Actor, in *setEndpointInput) (*endpointSetAnswer, error) {
	b := in.Body
	e, secret, pending, err := s.Notify.Set(ctx, actor, notify.Setting{URL: b.URL, Authentication: bank.EndpointAuthentication(b.Authentication),
		Username: b.Username, Password: b.Password, Certificate: b.Certificate, Key: b.Key, CA: b.CA, Active: b.Active == nil || *b.Active})
	if err != nil {
		return nil, err
	}
	if pending != nil {
		return &endpointSetAnswer{http.StatusAccepted, EndpointSet{Approval: approvalOf(pending)}}, nil
	}
	wire := endpointFrom(e, 0)
	return &endpointSetAnswer{http.StatusOK, EndpointSet{Endpoint: &wire, SigningSecret: secret}}, nil
}

func (s *server) rotateSecret(ctx context.Context, actor bank.Actor, _ *struct{}) (*endpointSetAnswer, error) {
	secret, pending, err := s.Notify.Rotate(ctx, actor)
	if err != nil {
		return nil, err
	}
	return &endpointSetAnswer{statusOf(pending), EndpointSet{SigningSecret: secret, Approval: approvalOf(pending)}}, nil
}

// Attempt is one request to an endpoint.
type Attempt struct {
	At         time.Time `json:"at"`
	Status     int       `json:"status,omitempty" doc:"Of HTTP; absent where no answer came."`
	DurationMs int64     `json:"durationMs"`
	Failure    string    `json:"failure,omitempty" doc:"Why it failed; absent where it did not."`
	Answer     string    `json:"answer,omitempty" doc:"The first bytes of the answer."`
}

func attemptFrom(a bank.Attempt) Attempt {
	return Attempt{At: web.Moment(a.At), Status: a.Status, DurationMs: a.Duration.Milliseconds(), Failure: a.Failure, Answer: a.Answer}
}

type attemptAnswer struct{ Body Attempt }

func (s *server) testEndpoint(ctx context.Context, actor bank.Actor, _ *struct{}) (*attemptAnswer, error) {
	a, err := s.Notify.Test(ctx, actor)
	if err != nil {
		return nil, err
	}
	return &attemptAnswer{attemptFrom(a)}, nil
}

type resendInput struct {
	Body struct {
		After *int64     `json:"after,omitempty" minimum:"0" maximum:"9007199254740991" doc:"A transaction id; 0: from the first."`
		Since *time.Time `json:"since,omitempty" doc:"An instant that has come."`
	}
}

// since is where to begin; one of the two must be told.
func (in *resendInput) since() (since notify.Since, err error) {
	switch {
	case in.Body.After != nil && in.Body.Since == nil:
		since.After = bank.TransactionID(*in.Body.After)
	case in.Body.Since != nil && in.Body.After == nil && !in.Body.Since.IsZero():
		since.At = *in.Body.Since
	default:
		err = bank.ErrInvalid.With("the request has invalid fields").Field("/after", "invalid", "tell after or since, and not both")
	}
	return since, err
}

// Resent tells from where events are sent again.
type Resent struct {
	After int64 `json:"after" doc:"Everything behind this transaction is sent again."`
}

type resendAnswer struct {
	Status int
	Body   Resent
}

func (s *server) resend(ctx context.Context, actor bank.Actor, in *resendInput) (*resendAnswer, error) {
	since, err := in.since()
	if err != nil {
		return nil, err
	}
	wire := func(after bank.TransactionID) Resent { return Resent{int64(after)} }
	after, err := s.Notify.Resend(web.Answered(ctx, http.StatusAccepted, wire), actor, since)
	if err != nil {
		return nil, err
	}
	return &resendAnswer{http.StatusAccepted, wire(after)}, nil
}

// Notification is an event that did not go through at once, or a run of events that all did.
type Notification struct {
	ID                 string     `json:"id" format:"uuid"`
	FirstTransactionID int64      `json:"firstTransactionId"`
	LastTransactionID  int64      `json:"lastTransactionId" doc:"Of a run; the same as the first otherwise."`
	Events             int64      `json:"events"`
	Change             int64      `json:"change" doc:"0: the transaction was created; n: its nth change."`
	State              string     `json:"state" enum:"PENDING,DELIVERED,GIVEN_UP"`
	Attempts           int64      `json:"attempts"`
	NextAttemptAt      *time.Time `json:"nextAttemptAt,omitempty"`
	LastAttempt        *Attempt   `json:"lastAttempt,omitempty"`
}

func notificationFrom(d bank.Delivery) Notification {
	n := Notification{ID: d.ID.String(), FirstTransactionID: int64(d.First), LastTransactionID: int64(d.Last), Events: d.Events,
		Change: d.Version, State: string(d.State), Attempts: d.Attempts}
	if d.State == bank.DeliveryPending {
		n.NextAttemptAt = web.Instant(d.NextAt)
	}
	if !d.Latest.At.IsZero() {
		latest := attemptFrom(d.Latest)
		n.LastAttempt = &latest
	}
	return n
}

type listNotificationsInput struct {
	Page
	State         string `query:"state" enum:"PENDING,DELIVERED,GIVEN_UP"`
	TransactionID int64  `query:"transactionId" minimum:"0" maximum:"9007199254740991" doc:"The entries that tell of this transaction."`
}

// NotificationList is one page of notifications.
type NotificationList struct {
	Items []Notification `json:"items" nullable:"false"`
	web.Links
}

type notificationListAnswer struct{ Body NotificationList }

func (s *server) listNotifications(ctx context.Context, actor bank.Actor, in *listNotificationsInput) (*notificationListAnswer, error) {
	before, back, err := web.ReadIDCursor(in.Cursor, listNotifications)
	if err != nil {
		return nil, err
	}
	rows, err := s.Notify.Deliveries(ctx, actor, notify.Filter{State: bank.DeliveryState(in.State),
		Transaction: bank.TransactionID(in.TransactionID), Before: before, Back: back, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	items, links := web.Paged(rows, in.Page, notificationFrom, func(d bank.Delivery) web.Cursor { return web.IDCursor(listNotifications, d.ID) })
	return &notificationListAnswer{NotificationList{items, links}}, nil
}

// NotificationPath names a notification.
type NotificationPath struct {
	NotificationID string `path:"notificationId" format:"uuid" doc:"Of the entry."`
}

// NotificationDetail is a notification with its attempts.
type NotificationDetail struct {
	Notification
	Log []Attempt `json:"log" nullable:"false" doc:"Oldest first."`
}

type notificationDetailAnswer struct{ Body NotificationDetail }

func (s *server) getNotification(ctx context.Context, actor bank.Actor, in *struct{ NotificationPath }) (*notificationDetailAnswer, error) {
	id, err := web.IDOf(in.NotificationID, "notificationId")
	if err != nil {
		return nil, err
	}
	d, attempts, err := s.Notify.Delivery(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	return &notificationDetailAnswer{NotificationDetail{notificationFrom(d), web.Each(attempts, attemptFrom)}}, nil
}

type notificationAnswer struct {
	Status int
	Body   Notification
}

func (s *server) retryNotification(ctx context.Context, actor bank.Actor, in *struct{ NotificationPath }) (*notificationAnswer, error) {
	id, err := web.IDOf(in.NotificationID, "notificationId")
	if err != nil {
		return nil, err
	}
	d, err := s.Notify.Retry(web.Answered(ctx, http.StatusAccepted, notificationFrom), actor, id)
	if err != nil {
		return nil, err
	}
	return &notificationAnswer{http.StatusAccepted, notificationFrom(d)}, nil
}
