package serverapi

// The examples of notifications.
var (
	endpointExample = Endpoint{URL: "https://events.example.com/ims", Authentication: "MTLS", Active: true, State: "WORKING", ToldUpTo: 1207,
		Secrets: []SigningPeriod{{CreatedAt: noon}}, UpdatedAt: noon}
	endpointRequestExample = map[string]any{"url": endpointExample.URL, "authentication": "MTLS"}
	endpointSetExample     = EndpointSet{Endpoint: &endpointExample, SigningSecret: "whsec_aW52ZW50ZWQgc2lnbmluZyBzZWNyZXQgb2Ygbm9ib2R5"}
	secretExample          = EndpointSet{SigningSecret: endpointSetExample.SigningSecret}

	attemptExample       = Attempt{At: noon, Status: 204, DurationMs: 38}
	failedAttemptExample = Attempt{At: noon, Status: 500, DurationMs: 112, Failure: "the endpoint answered 500", Answer: "oops"}
	notificationExample  = Notification{ID: "0190a5d4-c200-7a1b-8c2d-3e4f5a6b7c20", FirstTransactionID: 42, LastTransactionID: 42, Events: 1,
		State: "PENDING", Attempts: 1, NextAttemptAt: &later, LastAttempt: &failedAttemptExample}
	notificationDetailExample = NotificationDetail{notificationExample, []Attempt{failedAttemptExample}}
)
