package serverapi

import (
	"bytes"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"ims/internal/bank"
	"ims/internal/history"
	"ims/internal/web"
)

const jsonMedia = "application/json"

func statementRoute(tag string) route {
	return route{method: http.MethodGet, path: "/secure/balances/{balanceId}/statement", id: "getStatement", tag: tag, summary: "The statement of a balance",
		description: "Opening balance, the transactions that moved money with the balance behind each, closing balance: opening + credits - debits = closing. " +
			"A day is one of Europe/Warsaw and holds what was posted on it, whatever the bank's booking date, so that a file that comes late changes no statement already given; " +
			"final says that nothing can come any more. By format or Accept: JSON, CSV, a workbook (XLSX), PDF (at most 20000 transactions), camt.053.001.08 (XML) or MT940 (UTF-8); " +
			"words in English or Polish, by lang or Accept-Language. It shows one moment, however long it takes to read.",
		need: bank.PermHistoryRead, problems: []*bank.Error{bank.ErrNotFound, bank.ErrNotAcceptable}, answer: statementExample, mount: direct((*server).statement, documentStatement)}
}

// StatementSum is how many transactions and how much.
type StatementSum struct {
	Count int64 `json:"count"`
	Money Money `json:"money" doc:"Never negative."`
}

// StatementHead is what stands above the transactions.
type StatementHead struct {
	Number      string       `json:"number" doc:"From the days it covers." example:"S261101-261130"`
	BalanceID   string       `json:"balanceId" format:"uuid"`
	BalanceKind string       `json:"balanceKind" enum:"USER,OWN,TECHNICAL,RECEIVABLE"`
	IBAN        string       `json:"iban,omitempty" doc:"The open one, or the last."`
	Owner       string       `json:"owner,omitempty" doc:"The end user's name."`
	Currency    string       `json:"currency"`
	From        string       `json:"from" format:"date"`
	To          string       `json:"to" format:"date"`
	Final       bool         `json:"final" doc:"Nothing can come any more: the same days give the same transactions for ever."`
	CreatedAt   time.Time    `json:"createdAt"`
	Opening     Money        `json:"opening"`
	Credits     StatementSum `json:"credits"`
	Debits      StatementSum `json:"debits"`
	Closing     Money        `json:"closing"`
}

// Statement is a statement as JSON.
type Statement struct {
	StatementHead
	Transactions []Transaction `json:"transactions" nullable:"false" doc:"Oldest first."`
}

func statementHead(h *history.Statement) StatementHead {
	code := h.Balance.Currency.Code()
	return StatementHead{Number: h.Number, BalanceID: h.Balance.ID.String(), BalanceKind: h.Balance.Kind.String(), IBAN: h.IBAN.String(), Owner: h.Owner,
		Currency: code, From: h.From, To: h.To, Final: h.Final, CreatedAt: web.Moment(h.CreatedAt), Opening: Money{Amount: h.Opening, Currency: code},
		Credits: StatementSum{h.In.Count, Money{Amount: h.In.Amount, Currency: code}}, Debits: StatementSum{h.Out.Count, Money{Amount: h.Out.Amount, Currency: code}},
		Closing: Money{Amount: h.Closing, Currency: code}}
}

// statementFormats are the values of the parameter format: JSON, then the documents.
func statementFormats() (names, mediaTypes []string) {
	names, mediaTypes = []string{"json"}, []string{jsonMedia}
	for _, f := range history.StatementForms() {
		names, mediaTypes = append(names, string(f)), append(mediaTypes, f.MediaType())
	}
	return names, mediaTypes
}

func documentStatement(o *huma.Operation, schemas huma.Registry) {
	names, mediaTypes := statementFormats()
	format := parameter("format", "query", "Form of the statement, before Accept.", &huma.Schema{Type: huma.TypeString})
	for _, name := range names {
		format.Schema.Enum = append(format.Schema.Enum, name)
	}
	day := func() *huma.Schema { return &huma.Schema{Type: huma.TypeString, Format: "date"} }
	o.Parameters = append(o.Parameters, parameter("balanceId", "path", "Of the balance.", uuidSchema()),
		parameter("from", "query", "First day. Left out: the first of the month of to.", day()),
		parameter("to", "query", "Last day. Left out: today.", day()), format, langParameter())
	answersJSON(o, schemas.Schema(reflect.TypeFor[Statement](), true, "Statement"))
	for _, m := range mediaTypes[1:] {
		media := csvMedia()
		if strings.HasSuffix(m, "sheet") || m == history.StatementPDF.MediaType() {
			media.Schema.Format = "binary"
		}
		o.Responses["200"].Content[m] = media
	}
}

func (s *server) statement(w http.ResponseWriter, r *http.Request, actor bank.Actor) error {
	id, err := web.IDOf(r.PathValue("balanceId"), "balanceId")
	if err != nil {
		return err
	}
	values, err := queryOf(r.URL.RawQuery, "from", "to", "format", "lang")
	if err != nil {
		return err
	}
	form, err := statementForm(values.Get("format"), r.Header.Get("Accept"))
	if err != nil {
		return err
	}
	period := history.Period{From: values.Get("from"), To: values.Get("to")}
	if form == "" {
		w.Header().Add("Vary", "Accept")
		return s.stream(w, r, download{contentType: jsonType[0]}, func(out http.ResponseWriter) error {
			return s.statementJSON(out, r, actor, id, period)
		})
	}
	return s.statementDocument(w, r, actor, id, period, form, values)
}

// statementForm is what the parameter names, or what the caller accepts; empty for JSON.
func statementForm(format, accept string) (history.StatementForm, error) {
	names, mediaTypes := statementFormats()
	chosen := web.Offered(accept, mediaTypes...)
	for i, name := range names {
		if format == name || format == "" && chosen == mediaTypes[i] {
			return history.StatementForm(strings.TrimPrefix(name, "json")), nil
		}
	}
	if format != "" {
		return "", bank.ErrInvalid.With("the request has invalid fields").Field("format", "invalid", "must be one of "+strings.Join(names, ", "))
	}
	return "", bank.ErrNotAcceptable.With("statements are %s", strings.Join(mediaTypes, ", "))
}

func (s *server) statementDocument(w http.ResponseWriter, r *http.Request, actor bank.Actor, id bank.ID, p history.Period, form history.StatementForm, values url.Values) error {
	lang, err := languageOf(w, r, values)
	if err != nil {
		return err
	}
	d := download{form.MediaType(), "statement-" + id.String() + form.Extension()}
	if strings.HasPrefix(d.contentType, "text/") {
		d.contentType += "; charset=utf-8"
	}
	return s.stream(w, r, d, func(out http.ResponseWriter) error {
		return s.History.WriteStatement(r.Context(), actor, id, p, form, lang, out)
	})
}

// statementJSON streams the head, then the transactions one by one.
func (s *server) statementJSON(out http.ResponseWriter, r *http.Request, actor bank.Actor, id bank.ID, p history.Period) error {
	write := func(before string, v any, cut string) error {
		text, err := web.JSON(v)
		if err != nil {
			return err
		}
		text = bytes.TrimSuffix(bytes.TrimRight(text, "\n"), []byte(cut))
		_, err = out.Write(append([]byte(before), text...))
		return err
	}
	between := `,"transactions":[`
	err := s.History.ReadStatement(r.Context(), actor, id, p,
		func(h *history.Statement) error { return write("", statementHead(h), "}") },
		func(row history.Row) error {
			t := transactionFrom(row)
			t.BalanceAfter = &Money{Amount: row.BalanceAfter, Currency: row.Currency} // the running one, whatever the kind
			before := between
			between = ","
			return write(before, t, "")
		})
	if err != nil {
		return err
	}
	if between != "," {
		_, err = out.Write([]byte(between))
	}
	if err == nil {
		_, err = out.Write([]byte("]}\n"))
	}
	return err
}
