package web

import (
	"github.com/danielgtaylor/huma/v2"
)

// word is what the documents say of a field or parameter wherever its own declaration says nothing.
type word struct {
	means   string
	example string // of texts without a format; empty where the declaration has one, or an enumeration
}

// glossary has the words that mean the same wherever they stand. Everything in it is invented.
var glossary = map[string]word{
	"If-Match":           {"", `"Zm9vYmFyYmF6cXV4MDAwMQ"`},
	"If-None-Match":      {"", `"Zm9vYmFyYmF6cXV4MDAwMQ"`},
	"X-Idempotency-Key":  {"", "payout-2026-11-20-0001"},
	"about":              {"What it is about.", "Ada Example"},
	"acceptance":         {"strict: one record with an error makes the file Invalid; by-record: it becomes an item and all others execute.", ""},
	"account":            {"The account.", "PL39222222220000000012345678"},
	"action":             {"What is to be done.", "files.execute"},
	"active":             {"Whether events are sent.", ""},
	"after":              {"A transaction id: what lies behind it is meant.", ""},
	"answer":             {"The first bytes of the answer.", "accepted"},
	"assertion":          {"The signed assertion.", "eyJhbGciOiJFUzI1NiJ9.eyJqdGkiOiIxIn0.c2lnbmF0dXJl"},
	"at":                 {"When.", ""},
	"attempts":           {"How often it was tried.", ""},
	"authentication":     {"How we show your endpoint who we are.", ""},
	"balanceId":          {"Of the balance.", ""},
	"balanceKind":        {"USER: an end user's; OWN: your own funds; TECHNICAL: undeliverable money; RECEIVABLE: an end user's deficit; BANK: the mirror of the bank's books.", ""},
	"bookingDate":        {"The bank's.", ""},
	"by":                 {"What was found in it.", "externalId"},
	"bytes":              {"The file's size.", ""},
	"ca":                 {"Authorities in PEM.", "-----BEGIN CERTIFICATE-----\nMIIB...\n-----END CERTIFICATE-----\n"},
	"certificate":        {"Chain in PEM.", "-----BEGIN CERTIFICATE-----\nMIIB...\n-----END CERTIFICATE-----\n"},
	"cn":                 {"Of the certificate.", ""},
	"code":               {"Stable: decide on it.", ""},
	"companyName":        {"Of a corporation.", "Example sp. z o.o."},
	"count":              {"How many.", ""},
	"counterparty":       {"Words of the other side's name, or its account; case and diacritics do not matter.", "adam nowak"},
	"createdAt":          {"When it was made.", ""},
	"currency":           {"ISO 4217.", "PLN"},
	"cursor":             {"", "dDoxMjAw"},
	"customerId":         {"Your number in this installation.", ""},
	"decidedAt":          {"When it was decided.", ""},
	"decidedBy":          {"Who decided.", "olga@example.com"},
	"decision":           {"What was decided.", "to the balance it was meant for"},
	"detail":             {"For people.", "the certificate ends in 12 days: have another one signed"},
	"deviceId":           {"Your name of one installation of the app.", "phone-7"},
	"direction":          {"What is stopped: DEBITS, CREDITS or BOTH.", ""},
	"durationMs":         {"How long it took, in milliseconds.", ""},
	"email":              {"E-mail address.", "ada@example.com"},
	"encoding":           {"Of the file's text.", "CP1250"},
	"events":             {"How many it stands for.", ""},
	"executedAt":         {"When execution was done.", ""},
	"executedBy":         {"Who had it executed.", "olga@example.com"},
	"executingAt":        {"When execution began.", ""},
	"externalId":         {"Your own identifier.", "client-1001"},
	"failure":            {"Why it failed.", "no answer within 10s"},
	"fileId":             {"Of the transaction file.", ""},
	"finishedAt":         {"When it was done.", ""},
	"firstName":          {"Of a person.", "Ada"},
	"firstTransactionId": {"The first that it tells of.", ""},
	"format":             {"Form of the file.", ""},
	"from":               {"Booking date, inclusive.", ""},
	"iban":               {"Electronic form; where it is sent, spaces do not matter.", "PL83111111110000000000000010"},
	"ibanFormatted":      {"In groups of four.", "PL83 1111 1111 0000 0000 0000 0010"},
	"id":                 {"Names it.", "0190a5d4-7e1c-7cc4-a3a8-2f1b5e1d9c10"},
	"items":              {"This page, in order.", ""},
	"key":                {"Of the certificate, in PEM.", "-----BEGIN PRIVATE KEY-----\nMIGH...\n-----END PRIVATE KEY-----\n"},
	"kind":               {"What it is.", ""},
	"kycStatus":          {"Whether you know who the end user is; with the KYC gate an IBAN needs ACCEPTED.", ""},
	"lastName":           {"Of a person.", "Example"},
	"masterAccountId":    {"The account of yours at the bank that the file tells about.", ""},
	"maxAmount":          {"In minor units, whether it came or left.", ""},
	"message":            {"For people.", "the amount is not a number of grosze"},
	"minAmount":          {"In minor units, whether it came or left.", ""},
	"name":               {"Its name.", "Ada Example"},
	"nextAttemptAt":      {"When it is tried again.", ""},
	"nextCursor":         {"Send it as cursor for what follows.", "dDoxMjAw"},
	"nextProbeAt":        {"When the endpoint is tried again.", ""},
	"noIbanReason":       {"Why there is none.", "no-base-iban"},
	"notAfter":           {"Until when it is valid.", ""},
	"notBefore":          {"From when it is valid.", ""},
	"object":             {"What it is to be done to.", "0190a5d4-7e1c-7cc4-a3a8-2f1b5e1d9c10"},
	"openedAt":           {"Since when it waits.", ""},
	"operation":          {"The bank's number of it, or the idempotency key.", "payout-2026-11-20-0001"},
	"outcome":            {"What became of the record.", "CREDITED"},
	"owner":              {"Whose it is.", "Ada Example"},
	"password":           {"For your endpoint.", "an-invented-password"},
	"payeeName":          {"Who is paid, as the payer names them.", "Bob Example"},
	"payerName":          {"Who pays.", ""},
	"permissions":        {"What the certificate allows.", ""},
	"phone":              {"Telephone number.", "+48 600 000 000"},
	"previousCursor":     {"Send it as cursor for what came before.", "dDoxMjAw"},
	"reason":             {"Why.", "the payee was named in the title"},
	"record":             {"The record as received.", "110,20261120,12345,..."},
	"records":            {"How many the file has.", ""},
	"reference":          {"Yours or the bank's.", "INV-2026-11"},
	"requestedAt":        {"When it was asked for.", ""},
	"requestedBy":        {"Who asked for it.", "V-Example-Backend"},
	"serial":             {"Hexadecimal.", "0190a5d47e1c7cc4a3a82f1b5e1d9c10"},
	"severity":           {"ERROR: the record cannot be executed; WARNING: look at it.", ""},
	"sha256":             {"Of the bytes, hexadecimal.", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
	"signingSecret":      {"Signs the events.", "whsec_MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA="},
	"stage":              {"What is being done.", "Executing"},
	"state":              {"How far it is.", ""},
	"status":             {"What it is now.", ""},
	"stopReason":         {"Why it stopped, where it did.", "the store does not answer"},
	"summary":            {"What the second person reads.", "execute 20261120.pli"},
	"target":             {"What is blocked.", ""},
	"title":              {"What the payment is for.", "INVOICE 11/2026"},
	"to":                 {"Booking date, inclusive.", ""},
	"token":              {"For the app, shown this once.", "ims_1_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
	"type":               {"Which sort it is.", ""},
	"until":              {"Until when it counts.", ""},
	"updatedAt":          {"When it changed last.", ""},
	"uploadedAt":         {"When it came.", ""},
	"uploadedBy":         {"Who sent it.", "V-Example-Backend"},
	"url":                {"Where events are sent.", "https://example.com/ims/events"},
	"userId":             {"Of the end user.", ""},
	"username":           {"For your endpoint.", "ims"},
	"validatedAt":        {"When validation was done.", ""},
	"value":              {"What stood there.", "12,34"},
	"valueDate":          {"From when the money counts for interest.", ""},
}

// Explain gives every field and parameter of a document that says nothing of itself the words of the glossary. It is to be
// called behind the last operation.
func Explain(document *huma.OpenAPI) {
	for _, schema := range document.Components.Schemas.Map() {
		for name, property := range schema.Properties {
			explainField(name, property)
		}
	}
	for _, item := range document.Paths {
		for _, o := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if o != nil {
				for _, p := range o.Parameters {
					explainParameter(p)
				}
			}
		}
	}
}

func explainField(name string, s *huma.Schema) {
	w, known := glossary[name]
	if !known || s.Ref != "" {
		return
	}
	if s.Description == "" {
		s.Description = w.means
	}
	if wantsExample(s) && w.example != "" {
		s.Examples = []any{w.example}
	}
}

func explainParameter(p *huma.Param) {
	w, known := glossary[p.Name]
	if !known || p.Schema == nil {
		return
	}
	if p.Description == "" {
		p.Description = w.means
	}
	if p.Example == nil && wantsExample(p.Schema) && w.example != "" {
		p.Example = w.example
	}
}

// wantsExample tells of a text that nothing else shows an instance of.
func wantsExample(s *huma.Schema) bool {
	return s.Type == huma.TypeString && len(s.Examples) == 0 && len(s.Enum) == 0 && s.Format == "" && s.Default == nil
}
