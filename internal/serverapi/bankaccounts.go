package serverapi

import (
	"context"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"ims/internal/bank"
	"ims/internal/web"
)

func bankAccountRoutes() []route {
	const tag = "IBANs"
	return []route{
		{method: http.MethodPost, path: "/secure/bank-accounts", id: "issueIban", located: true, tag: tag, summary: "Issue an IBAN", status: http.StatusCreated,
			description: "For a balance that has none: where the mode is not automatic, the base IBAN came late, or the earlier IBAN was closed. Where your settings have the KYC gate, the end user's kycStatus must be ACCEPTED.",
			need:        bank.PermIBANsIssue, key: keyOptional, request: map[string]any{"balanceId": balanceExample.ID}, answer: bankAccountExample,
			problems: []*bank.Error{bank.ErrNotFound, bank.ErrAlreadyExists, bank.ErrKYCNotAccepted, bank.ErrNoBaseIBAN, bank.ErrRangeExhausted, bank.ErrBalanceClosed},
			mount:    typed((*server).issueIBAN)},
		{method: http.MethodGet, path: "/secure/bank-accounts", id: "getIban", tag: tag, summary: "The IBANs of a balance",
			description: "getIban: the open IBAN of the balance and those it had before. An existing balance without any has an empty list.",
			need:        bank.PermUsersRead, problems: []*bank.Error{bank.ErrNotFound},
			answer: map[string]any{"items": []any{bankAccountExample}}, mount: direct((*server).getIBAN, documentGetIBAN)},
		{method: http.MethodGet, path: "/secure/bank-accounts/{iban}", id: "getBankAccount", tag: tag, summary: "Read an IBAN",
			description: "With spaces or without.",
			need:        bank.PermUsersRead, answer: bankAccountExample, tagged: true, mount: typed((*server).getBankAccount)},
		{method: http.MethodDelete, path: "/secure/bank-accounts/{iban}", id: "closeIban", tag: tag, summary: "Close an IBAN",
			description: "For ever: it is never given to anybody again. Its balance must be empty, and may get another IBAN.",
			need:        bank.PermIBANsIssue, problems: []*bank.Error{bank.ErrConflict, bank.ErrBalanceNotEmpty, bank.ErrBalanceClosed},
			answer: closedBankAccountExample, mount: typed((*server).closeIBAN)},
		qrRoute(tag),
	}
}

// BankAccount is a virtual IBAN.
type BankAccount struct {
	IBAN          string    `json:"iban" doc:"Electronic form."`
	IBANFormatted string    `json:"ibanFormatted" doc:"In groups of four."`
	BalanceID     string    `json:"balanceId" format:"uuid"`
	Currency      string    `json:"currency" pattern:"^[A-Z]{3}$"`
	Status        string    `json:"status" enum:"ACTIVE,BLOCKED,CLOSED"`
	CreatedAt     time.Time `json:"createdAt"`
}

// Location implements web.Located.
func (b BankAccount) Location() string { return "/secure/bank-accounts/" + b.IBAN }

func bankAccountFrom(a bank.BankAccount) BankAccount {
	return BankAccount{IBAN: a.IBAN.String(), IBANFormatted: a.IBAN.Format(), BalanceID: a.BalanceID.String(),
		Currency: a.Currency.Code(), Status: string(a.Status), CreatedAt: web.Moment(a.CreatedAt)}
}

// BankAccountList is the answer of getIban.
type BankAccountList struct {
	Items []BankAccount `json:"items" nullable:"false"`
}

type bankAccountAnswer struct{ Body BankAccount }

type issueIBANInput struct {
	Body struct {
		BalanceID string `json:"balanceId" format:"uuid"`
	}
}

func (s *server) issueIBAN(ctx context.Context, actor bank.Actor, in *issueIBANInput) (*bankAccountAnswer, error) {
	id, err := web.IDOf(in.Body.BalanceID, "/balanceId")
	if err != nil {
		return nil, err
	}
	a, err := s.Accounts.IssueIBAN(web.Answered(ctx, http.StatusCreated, bankAccountFrom), actor, id)
	if err != nil {
		return nil, err
	}
	return &bankAccountAnswer{bankAccountFrom(a)}, nil
}

// IBANPath names an IBAN.
type IBANPath struct {
	IBAN string `path:"iban" maxLength:"64" doc:"With spaces or without."`
}

func (s *server) getBankAccount(ctx context.Context, actor bank.Actor, in *IBANPath) (*bankAccountAnswer, error) {
	number, err := web.IBANOf(in.IBAN)
	if err != nil {
		return nil, err
	}
	a, err := s.Accounts.BankAccount(ctx, actor, number)
	if err != nil {
		return nil, err
	}
	return &bankAccountAnswer{bankAccountFrom(a)}, nil
}

func (s *server) closeIBAN(ctx context.Context, actor bank.Actor, in *IBANPath) (*bankAccountAnswer, error) {
	number, err := web.IBANOf(in.IBAN)
	if err != nil {
		return nil, err
	}
	a, err := s.Accounts.CloseIBAN(ctx, actor, number)
	if err != nil {
		return nil, err
	}
	return &bankAccountAnswer{bankAccountFrom(a)}, nil
}

func documentGetIBAN(o *huma.Operation, schemas huma.Registry) {
	o.Parameters = append(o.Parameters, &huma.Param{Name: "balanceId", In: "query", Required: true, Description: "Of the balance.",
		Schema: &huma.Schema{Type: huma.TypeString, Format: "uuid"}})
	answersJSON(o, schemas.Schema(reflect.TypeFor[BankAccountList](), true, "BankAccountList"))
}

// answersJSON documents the successful answer of a direct operation.
func answersJSON(o *huma.Operation, schema *huma.Schema) {
	o.Responses[strconv.Itoa(o.DefaultStatus)] = &huma.Response{Description: http.StatusText(o.DefaultStatus),
		Content: map[string]*huma.MediaType{"application/json": {Schema: schema}}}
}

// jsonType is shared by all answers: nobody may change it in place.
var jsonType = []string{"application/json"}

// getIBAN is the operation that customers call most, so it writes its JSON by hand; the document's schema is what the tests
// hold it to.
func (s *server) getIBAN(w http.ResponseWriter, r *http.Request, actor bank.Actor) error {
	id, err := balanceIDOf(r.URL.RawQuery)
	if err != nil {
		return err
	}
	list, err := s.Accounts.BankAccounts(r.Context(), actor, id)
	if err != nil {
		return err
	}
	body := make([]byte, 0, 32+256*len(list))
	body = append(body, `{"items":[`...)
	for i := range list {
		if i > 0 {
			body = append(body, ',')
		}
		body = appendBankAccount(body, &list[i])
	}
	body = append(body, "]}\n"...)
	w.Header()["Content-Type"] = jsonType
	_, _ = w.Write(body) // a caller who has gone cannot be told
	return nil
}

// appendBankAccount writes what encoding/json would write of a BankAccount: no value needs escaping.
func appendBankAccount(b []byte, a *bank.BankAccount) []byte {
	b = append(b, `{"iban":"`...)
	b = a.IBAN.Append(b)
	b = append(b, `","ibanFormatted":"`...)
	b = a.IBAN.AppendFormat(b)
	b = append(b, `","balanceId":"`...)
	b = append(b, a.BalanceID.String()...)
	b = append(b, `","currency":"`...)
	b = append(b, a.Currency.Code()...)
	b = append(b, `","status":"`...)
	b = append(b, a.Status...)
	b = append(b, `","createdAt":"`...)
	b = web.Moment(a.CreatedAt).AppendFormat(b, time.RFC3339Nano)
	return append(b, `"}`...)
}

// balanceIDOf reads the one parameter of getIban. The plain form is read without a map.
func balanceIDOf(query string) (bank.ID, error) {
	if value, ok := strings.CutPrefix(query, "balanceId="); ok && len(value) == 36 && !strings.ContainsAny(value, "&%+") {
		return web.IDOf(value, "balanceId")
	}
	values, err := queryOf(query, "balanceId")
	if err != nil {
		return bank.ID{}, err
	}
	if values.Get("balanceId") == "" {
		return bank.ID{}, bank.ErrInvalid.With("the request has invalid fields").Field("balanceId", "required", "is required")
	}
	return web.IDOf(values.Get("balanceId"), "balanceId")
}

// queryOf reads the query of a direct operation: each parameter once, and none that is not known.
func queryOf(query string, known ...string) (url.Values, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, bank.ErrMalformed.With("the query is not encoded as it must be")
	}
	e := bank.ErrInvalid.With("the request has invalid fields")
	left := len(values)
	for _, name := range known {
		if list, ok := values[name]; ok {
			left--
			if len(list) > 1 {
				e = e.Field(name, "invalid", "must be given once")
			}
		}
	}
	if left > 0 {
		e = e.Field("", "unknown", "the query has parameters that are not known here")
	}
	if len(e.Fields) > 0 {
		return nil, e
	}
	return values, nil
}
