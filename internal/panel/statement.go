package panel

import (
	"net/http"
	"slices"
	"strings"

	"ims/internal/bank"
	"ims/internal/history"
)

// statementAsk is the form of a statement as it was typed.
type statementAsk struct {
	holding
	from, to, form string
	faults         map[string]string
	whole          string
}

// statement asks for a period and a form, and answers with the document where the address names them.
func (v *visit) statement() error {
	h, err := v.holdingOfPath()
	if err != nil {
		return err
	}
	given := v.r.URL.Query()
	s := statementAsk{holding: h, from: given.Get("from"), to: given.Get("to"), form: given.Get("form")}
	if s.form == "" {
		s.form = string(history.StatementPDF)
		if s.from == "" && s.to == "" {
			s.from, s.to = lastMonth(bank.CivilDate(v.Now()))
		}
		return v.showStatement(http.StatusOK, s)
	}
	form := history.StatementForm(s.form)
	media := form.MediaType()
	if strings.HasPrefix(media, "text/") {
		media += "; charset=utf-8"
	}
	out := &answerWriter{v: v, name: "statement-" + h.Currency.Code() + "-" + s.from + "-" + s.to + form.Extension(), media: media}
	err = out.finish(v.History.WriteStatement(v.r.Context(), v.actor, h.ID, history.Period{From: s.from, To: s.to}, form, v.language.String(), out))
	if err == nil {
		return nil
	}
	if s.faults, s.whole, err = v.faults(err); err != nil {
		return err
	}
	return v.showStatement(http.StatusUnprocessableEntity, s)
}

func (v *visit) showStatement(status int, s statementAsk) error {
	return v.answer(status, v.T("statement.title"), statementPage(v, s))
}

// lastMonth is the first and the last day of the month before a day.
func lastMonth(today string) (from, to string) {
	first := bank.CivilMidnight(today[:len("2006-01")] + "-01")
	return bank.CivilDate(first.AddDate(0, -1, 0)), bank.CivilDate(first.AddDate(0, 0, -1))
}

// fields are those of the form; the form for people comes first.
func (s statementAsk) fields(v *visit) []field {
	var forms []choice
	list := history.StatementForms()
	slices.SortStableFunc(list, func(a, b history.StatementForm) int {
		return strings.Compare(orderOf(a), orderOf(b))
	})
	for _, f := range list {
		forms = append(forms, choice{string(f), v.word("statementForm", string(f))})
	}
	return []field{
		{name: "from", label: v.word("column", "from"), value: s.from, kind: "date", required: true, fault: s.faults["from"]},
		{name: "to", label: v.word("column", "to"), value: s.to, kind: "date", required: true, fault: s.faults["to"], hint: v.T("statement.days", bank.Zone)},
		{name: "form", label: v.T("statement.form"), value: s.form, required: true, choices: forms, fault: s.faults["form"]},
	}
}

func orderOf(f history.StatementForm) string {
	if f == history.StatementPDF {
		return "0"
	}
	return "1"
}
