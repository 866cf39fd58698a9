package bank

import "time"

// EndpointAuthentication is how we show an endpoint who we are.
type EndpointAuthentication string

// The ways of authentication.
const (
	EndpointMTLS  EndpointAuthentication = "MTLS"  // a client certificate: CN=ims-notify of our authority, or one that was uploaded
	EndpointBasic EndpointAuthentication = "BASIC" // user name and password
)

// NotificationEndpoint is where a customer wants to be told of transactions.
type NotificationEndpoint struct {
	Customer       CustomerID
	URL            string
	Authentication EndpointAuthentication
	Username       string // BASIC
	CA             string // PEM of the authorities that the endpoint's certificate must come from; "": those of the system
	Secrets        EndpointSecrets
	Active         bool
	Stopped        string        // why we stopped by ourselves; "" while we have not
	Cursor         TransactionID // every transaction up to this id was attempted, or has a row that waits
	Failures       int64         // in a row
	ProbeAt        time.Time     // after failures nothing is sent before this
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// EndpointSecrets are sealed in the store and never shown again.
type EndpointSecrets struct {
	Password    string          `json:"password,omitempty"`
	Certificate string          `json:"certificate,omitempty"` // PEM chain of an uploaded client certificate
	Key         string          `json:"key,omitempty"`         // PEM
	Signing     []SigningSecret `json:"signing"`               // the current one first; the one before is valid a while longer
}

// SigningSecret signs events, whsec_ and base64 (Standard Webhooks).
type SigningSecret struct {
	Secret    string    `json:"secret"`
	CreatedAt time.Time `json:"createdAt"`
	Until     time.Time `json:"until,omitzero"` // zero: the current one
}

// DeliveryState is what became of an event.
type DeliveryState string

// The states of deliveries.
const (
	DeliveryPending   DeliveryState = "PENDING"
	DeliveryDelivered DeliveryState = "DELIVERED"
	DeliveryGivenUp   DeliveryState = "GIVEN_UP" // 3 days of attempts failed; it can be sent again
)

// Delivery is an event that failed at first or was asked for again, or a run of events that all went through at once.
type Delivery struct {
	Customer    CustomerID
	ID          ID
	First, Last TransactionID // one transaction, or a run of them with nothing of the customer's between
	Events      int64
	Version     int64 // 0: the transaction was created; n: its nth change
	State       DeliveryState
	Attempts    int64
	EventAt     time.Time // when the transaction was created or changed
	CreatedAt   time.Time
	NextAt      time.Time
	Latest      Attempt
}

// Attempt is one request to an endpoint.
type Attempt struct {
	At       time.Time // zero: there was none yet
	Status   int       // of HTTP; 0 where no answer came
	Duration time.Duration
	Failure  string // why it failed; "" for success
	Answer   string // the first bytes of the answer, made safe to show
}
