package panel

import (
	"cmp"
	"net/http"
	"strings"

	"ims/internal/access"
	"ims/internal/bank"
	"ims/internal/money"
	"ims/internal/transfers"
)

// transferForm is an order as it was typed.
type transferForm struct {
	holding
	amount, payeeIBAN, payeeName, title, reference, requestedOn string
	faults                                                      map[string]string
	whole                                                       string
}

func (v *visit) askTransfer() error {
	f, err := v.transferForm()
	if err != nil {
		return err
	}
	return v.showTransferForm(http.StatusOK, f)
}

func (v *visit) showTransferForm(status int, f transferForm) error {
	return v.answer(status, v.T("order.title"), orderPage(v, f))
}

// transferForm reads what was typed, about the balance of the path.
func (v *visit) transferForm() (f transferForm, err error) {
	if f.holding, err = v.holdingOfPath(); err != nil {
		return f, err
	}
	typed := func(name string) string { return strings.TrimSpace(v.r.PostFormValue(name)) }
	f.amount, f.payeeIBAN, f.payeeName, f.title = typed("amount"), typed("payeeIban"), typed("payeeName"), typed("title")
	f.reference, f.requestedOn = typed("reference"), typed("requestedOn")
	return f, nil
}

// sum is the amount as typed, with a comma or a point, in the currency of the balance; zero for what is none.
func (f transferForm) sum() money.Amount {
	text := strings.NewReplacer(" ", "", "\u00a0", "", ",", ".").Replace(f.amount)
	amount, err := money.ParseDecimal(text, f.Currency)
	if err != nil {
		return money.New(0, f.Currency)
	}
	return amount
}

// order is what the form asks for.
func (f transferForm) order() transfers.Order {
	return transfers.Order{Payer: f.ID, Amount: f.sum(), Payee: f.payeeIBAN, PayeeName: f.payeeName, Title: f.title, Reference: f.reference,
		RequestedOn: f.requestedOn}
}

// reviewTransfer shows what would be ordered, and whether the payee's name fits, before anything is.
func (v *visit) reviewTransfer() error {
	f, err := v.transferForm()
	if err != nil {
		return err
	}
	if v.r.PostFormValue("change") != "" {
		return v.showTransferForm(http.StatusOK, f)
	}
	review, err := v.Transfers.Review(v.r.Context(), v.actor, f.order())
	if err != nil {
		return v.refuseTransfer(f, err)
	}
	return v.show(v.T("order.reviewTitle"), reviewPage(v, f, review, bank.NewID().String()))
}

// orderTransfer orders what was reviewed, once.
func (v *visit) orderTransfer() error {
	f, err := v.transferForm()
	if err != nil {
		return err
	}
	if v.r.PostFormValue(onceKey) == "" { // nobody has looked at it
		return v.reviewTransfer()
	}
	placed, err := v.Transfers.Order(v.once(placeOf), v.actor, f.order())
	if to, repeated := doneBefore(err); repeated {
		return v.redirect(to)
	}
	if err != nil {
		return v.refuseTransfer(f, err)
	}
	if placed.Approval != nil {
		return access.Waiting(placed.Approval)
	}
	v.say(doneKey(placed.Transfer), v.transferTitle(placed.Transfer))
	return v.redirect(placeOf(placed))
}

// doneKey says how far an order got at once.
func doneKey(t bank.Transfer) string {
	if t.Status == bank.TransferSettled {
		return "order.settled"
	}
	return "order.held"
}

// placeOf is the page of what an order has made.
func placeOf(made any) string {
	placed, ok := made.(transfers.Placed)
	switch {
	case !ok:
		return "/transfers"
	case placed.Approval != nil:
		return "/approvals/" + placed.Approval.ID.String()
	}
	return transferHref(placed.Transfer.ID)
}

// refuseTransfer shows the form again with what was typed and what is wrong with it.
func (v *visit) refuseTransfer(f transferForm, why error) error {
	faults, whole, err := v.faults(why)
	if err != nil {
		return err
	}
	if fault := cmp.Or(faults["amount"], faults["amount/amount"]); fault != "" {
		faults["amount"] = fault
		if f.sum().Minor() == 0 {
			faults["amount"] = v.T("list.badAmount")
		}
	}
	if e, ok := bank.AsError(why); ok && e.Code != bank.ErrInvalid.Code {
		whole = v.sentence(e)
	}
	f.faults, f.whole = faults, whole
	return v.showTransferForm(http.StatusUnprocessableEntity, f)
}

// fields are those of the form.
func (f transferForm) fields(v *visit) []field {
	return []field{
		{name: "payeeName", label: v.T("order.payeeName"), value: f.payeeName, required: true, limit: 70, complete: "off", focus: true, fault: f.faults["payeeName"]},
		{name: "payeeIban", label: v.T("order.payeeIban"), value: f.payeeIBAN, required: true, limit: 50, complete: "off", fault: f.faults["payeeIban"], hint: v.T("order.ibanHint")},
		{name: "amount", label: v.T("order.amount", f.Currency.Code()), value: f.amount, required: true, limit: 30, complete: "off", fault: f.faults["amount"],
			hint: v.T("order.available", v.amount(f.Available(), f.Currency)+" "+f.Currency.Code())},
		{name: "title", label: v.word("column", "paymentTitle"), value: f.title, required: true, limit: 140, fault: f.faults["title"]},
		{name: "reference", label: v.word("column", "reference"), value: f.reference, limit: 35, fault: f.faults["reference"], hint: v.T("order.referenceHint")},
		{name: "requestedOn", label: v.word("column", "requestedOn"), value: f.requestedOn, kind: "date", fault: f.faults["requestedOn"], hint: v.T("order.dayHint")},
	}
}

// kept are the fields that go on with the question.
func (f transferForm) kept() [][2]string {
	return [][2]string{{"payeeName", f.payeeName}, {"payeeIban", f.payeeIBAN}, {"amount", f.amount}, {"title", f.title}, {"reference", f.reference},
		{"requestedOn", f.requestedOn}}
}

// reviewFacts is what would be ordered.
func reviewFacts(v *visit, f transferForm, r transfers.Review) []fact {
	how := v.T("order.byBank")
	if r.Internal {
		how = v.T("order.internal")
	}
	t := transferView{Transfer: bank.Transfer{RequestedOn: f.requestedOn}}
	return []fact{
		{v.word("column", "amount"), moneyOf(v, f.sum().Minor(), f.Currency)},
		{v.T("order.left"), moneyOf(v, f.Available()-f.sum().Minor(), f.Currency)},
		{v.word("column", "payer"), plain(f.holder.Name())},
		{v.word("column", "payee"), party(v, f.payeeName, r.Payee.Format())},
		{v.word("column", "paymentTitle"), plain(f.title)},
		{v.word("column", "reference"), code(f.reference)},
		{v.word("column", "requestedOn"), plain(t.requested(v))},
		{v.T("order.how"), plain(how)},
	}
}

// checkTone is how the answer about a payee's name looks.
func checkTone(result string) string {
	if tone, known := map[string]string{"MATCH": "good", "CLOSE_MATCH": "wait", "NO_MATCH": "bad"}[result]; known {
		return tone
	}
	return "off"
}

func tellOrder(v *visit, c transfers.OrderContent) about {
	currency := currencyNamed(c.Currency)
	return about{line: v.T("order.line", v.amount(c.Amount, currency)+" "+c.Currency, c.Payee), facts: []fact{
		{v.word("column", "amount"), moneyOf(v, c.Amount, currency)},
		{v.word("column", "payee"), code(c.Payee)},
	}}
}

// doOrder carries out an order that a second person has agreed to.
func (v *visit) doOrder(_ bank.Approval, c transfers.OrderContent) error {
	_, err := v.Transfers.Confirm(v.r.Context(), v.actor, c.Transfer, transfers.Signature{})
	return v.done(err, transferHref(c.Transfer))
}

// orderContent shows the order as it was given; its words stand with the transfer.
func (v *visit) orderContent(a bank.Approval, c *about) error {
	id, err := bank.ParseID(a.Object)
	if err != nil {
		return bank.ErrNotFound
	}
	t, _, err := v.Transfers.Transfer(v.r.Context(), v.actor, id)
	if err != nil {
		return err
	}
	from, err := v.legOfPayer(t)
	if err != nil {
		return err
	}
	view := transferView{Transfer: t}
	c.facts = []fact{
		{v.word("column", "amount"), moneyOf(v, t.Amount.Minor(), t.Amount.Currency())},
		{v.word("column", "payer"), party(v, from.name, from.account)},
		{v.word("column", "payee"), party(v, t.PayeeName, payeeAccount(t))},
		{v.word("column", "paymentTitle"), plain(t.Title)},
		{v.word("column", "reference"), code(t.Reference)},
		{v.word("column", "requestedOn"), plain(view.requested(v))},
	}
	return nil
}
