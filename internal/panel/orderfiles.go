package panel

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"ims/internal/bank"
	"ims/internal/sheet"
	"ims/internal/transfers"
	"ims/internal/web"
)

func orderFileRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/order-files", need: bank.PermFilesRead, page: (*visit).orderFiles, group: "group.ibans", entry: "orderFiles.title", letter: "i"},
		{method: http.MethodGet, path: "/order-files/collect", need: bank.PermFilesExecute, page: (*visit).askCollect},
		{method: http.MethodPost, path: "/order-files/collect", need: bank.PermFilesExecute, page: (*visit).collectOrders, sure: true},
		{method: http.MethodGet, path: "/order-files/{id}", need: bank.PermFilesRead, page: (*visit).orderFile},
		{method: http.MethodGet, path: "/order-files/{id}/content", need: bank.PermFilesRead, page: (*visit).orderFileContent},
		{method: http.MethodPost, path: "/order-files/{id}/approve", need: bank.PermFilesExecute, page: (*visit).approveOrderFile, sure: true},
		{method: http.MethodGet, path: "/order-files/{id}/hand-over", need: bank.PermFilesExecute, page: (*visit).askHandOver},
		{method: http.MethodPost, path: "/order-files/{id}/hand-over", need: bank.PermFilesExecute, page: (*visit).handOver, sure: true},
		{method: http.MethodGet, path: "/order-files/{id}/discard", need: bank.PermFilesExecute, page: (*visit).askDiscard},
		{method: http.MethodPost, path: "/order-files/{id}/discard", need: bank.PermFilesExecute, page: (*visit).discardOrderFile, sure: true},
		{method: http.MethodGet, path: "/order-files/{id}/reject", need: bank.PermFilesExecute, page: (*visit).askRejectOrderFile},
		{method: http.MethodPost, path: "/order-files/{id}/reject", need: bank.PermFilesExecute, page: (*visit).rejectOrderFile, sure: true},
		{method: http.MethodGet, path: "/order-files/{id}/report", need: bank.PermFilesExecute, page: (*visit).askOrderReport},
		{method: http.MethodPost, path: "/order-files/{id}/report", need: bank.PermFilesExecute, page: (*visit).uploadOrderReport},
	}
}

// orderFileList marks cursors of this list.
const orderFileList = 'w'

func orderFileHref(id bank.ID) string { return "/order-files/" + id.String() }

func (v *visit) orderFiles() error { return listOfOrderFiles().serve(v) }

func listOfOrderFiles() *list[bank.OrderFile] {
	var statuses []string
	for _, s := range bank.OrderFileStatuses() {
		statuses = append(statuses, string(s))
	}
	text := func(name string, hidden bool, of func(bank.OrderFile) string) column[bank.OrderFile] {
		return column[bank.OrderFile]{name: name, hidden: hidden, cell: func(_ *visit, f bank.OrderFile) templ.Component { return plain(of(f)) },
			sheet: func(_ *visit, f bank.OrderFile) any { return of(f) }}
	}
	return &list[bank.OrderFile]{name: "order-files", path: "/order-files", title: "orderFiles.title",
		filters: []filter{{name: "status", kind: manyFilter, choices: statuses, family: "orderFileStatus"}},
		columns: []column[bank.OrderFile]{
			text("name", false, func(f bank.OrderFile) string { return f.Name }),
			{name: "status", cell: func(v *visit, f bank.OrderFile) templ.Component {
				return status(v, "orderFileStatus", string(f.Status))
			},
				sheet: func(_ *visit, f bank.OrderFile) any { return string(f.Status) }},
			{name: "orders", number: true, cell: func(v *visit, f bank.OrderFile) templ.Component { return plain(v.count(f.Orders)) },
				sheet: func(_ *visit, f bank.OrderFile) any { return f.Orders }},
			{name: "amount", number: true, cell: func(v *visit, f bank.OrderFile) templ.Component { return moneyOf(v, f.Amount, f.Currency) },
				sheet: func(_ *visit, f bank.OrderFile) any { return sheet.Amount{Minor: f.Amount, Currency: f.Currency} }},
			text("orderDay", false, func(f bank.OrderFile) string { return f.Day }),
			{name: "created", cell: func(v *visit, f bank.OrderFile) templ.Component { return instantOf(v, f.CreatedAt) },
				sheet: func(_ *visit, f bank.OrderFile) any { return sheetInstant(f.CreatedAt) }},
			text("approvedBy", false, func(f bank.OrderFile) string { return f.ApprovedBy }),
			text("format", true, func(f bank.OrderFile) string { return f.Format }),
			text("id", true, func(f bank.OrderFile) string { return f.ID.String() }),
		},
		fetch: func(v *visit, q *query, limit int) ([]bank.OrderFile, error) {
			f := transfers.OrderFileFilter{Limit: limit}
			for _, s := range q.many("status") {
				f.Statuses = append(f.Statuses, bank.OrderFileStatus(s))
			}
			var err error
			if f.Before, f.Back, err = web.ReadIDCursor(q.cursor, orderFileList); err != nil {
				return nil, err
			}
			return v.Transfers.OrderFiles(v.r.Context(), v.actor, f)
		},
		cursor:  func(f bank.OrderFile) web.Cursor { return web.IDCursor(orderFileList, f.ID) },
		href:    func(f bank.OrderFile) string { return orderFileHref(f.ID) },
		actions: collecting,
		empty:   noOrderFiles,
	}
}

func (v *visit) orderFileOfPath() (f transfers.OrderFileView, err error) {
	id, err := v.id()
	if err != nil {
		return f, err
	}
	return v.Transfers.OrderFile(v.r.Context(), v.actor, id)
}

// orderFile is the page of one order file.
func (v *visit) orderFile() error { return v.showOrderFile(http.StatusOK, "") }

func (v *visit) showOrderFile(status int, fault string) error {
	f, err := v.orderFileOfPath()
	if err != nil {
		return err
	}
	notices, err := v.noticesOf(f.ID.String())
	if err != nil {
		return err
	}
	return v.answer(status, f.Name, orderFilePage(v, f, notices, fault))
}

// askCollect asks whose orders are gathered.
func (v *visit) askCollect() error { return v.showCollect(http.StatusOK, "") }

func (v *visit) showCollect(status int, fault string) error {
	accounts, err := v.Customers.MasterAccounts(v.r.Context(), v.customer.ID)
	if err != nil {
		return err
	}
	f := field{name: "masterAccount", label: v.T("masters.iban"), value: v.r.FormValue("masterAccount"), required: true, fault: fault}
	for _, m := range accounts {
		f.choices = append(f.choices, choice{m.ID.String(), m.Currency.Code() + " · " + m.Name + " · " + m.IBAN.Format()})
	}
	return v.answer(status, v.T("orderFiles.collect"), askPage(v, ask{title: v.T("orderFiles.collect"), text: v.T("orderFiles.collectText"), action: "/order-files/collect",
		back: "/order-files", button: v.T("orderFiles.collect"), fields: onceField(v, f, bank.NewID().String())}))
}

// collectOrders gathers what is held into order files, once.
func (v *visit) collectOrders() error {
	master, err := bank.ParseID(v.r.PostFormValue("masterAccount"))
	if err != nil {
		return v.showCollect(http.StatusUnprocessableEntity, v.T("fieldFault.required"))
	}
	made, err := v.Transfers.CollectOrders(v.once(func(made any) string {
		if f, ok := made.(bank.OrderFile); ok {
			return orderFileHref(f.ID)
		}
		return "/order-files"
	}), v.actor, master)
	if to, repeated := doneBefore(err); repeated {
		return v.redirect(to)
	}
	if err == nil {
		v.say("orderFiles.collected", "")
		if len(made) == 1 {
			return v.redirect(orderFileHref(made[0].ID))
		}
		return v.redirect("/order-files")
	}
	_, whole, err := v.faults(err)
	if err != nil {
		return err
	}
	return v.showCollect(http.StatusUnprocessableEntity, whole)
}

// orderFileContent sends the file as the bank gets it.
func (v *visit) orderFileContent() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	f, content, err := v.Transfers.OrderFileContent(v.r.Context(), v.actor, id)
	if err != nil {
		return err
	}
	return v.download(f.Name, "application/octet-stream", func(w io.Writer) error {
		_, err := io.Copy(w, content)
		return err
	})
}

func (v *visit) approveOrderFile() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	if _, err = v.Transfers.ApproveOrderFile(v.r.Context(), v.actor, id); err == nil {
		v.say("orderFiles.approved", "")
		return v.redirect(orderFileHref(id))
	}
	_, whole, err := v.faults(err)
	if err != nil {
		return err
	}
	return v.showOrderFile(http.StatusUnprocessableEntity, whole)
}

// orderFileAction is what the operator says of an order file in a question.
type orderFileAction struct {
	name      string // in the address
	title     string // keys of the words
	text      string
	done      string
	reference bool // the bank's, required where reason is given too
	reason    bool
	do        func(v *visit, id bank.ID, reference, reason string) error
}

var (
	handingOver = orderFileAction{name: "hand-over", title: "orderFiles.handOver", text: "orderFiles.handOverText", done: "orderFiles.handedOver", reference: true,
		do: func(v *visit, id bank.ID, reference, _ string) error {
			_, err := v.Transfers.HandOver(v.r.Context(), v.actor, id, reference)
			return err
		}}
	discarding = orderFileAction{name: "discard", title: "orderFiles.discard", text: "orderFiles.discardText", done: "orderFiles.discarded", reason: true,
		do: func(v *visit, id bank.ID, _, reason string) error {
			_, err := v.Transfers.DiscardOrderFile(v.r.Context(), v.actor, id, reason)
			return err
		}}
	rejecting = orderFileAction{name: "reject", title: "orderFiles.reject", text: "orderFiles.rejectText", done: "orderFiles.rejected", reference: true, reason: true,
		do: func(v *visit, id bank.ID, reference, reason string) error {
			_, err := v.Transfers.RejectOrderFile(v.r.Context(), v.actor, id, reference, reason)
			return err
		}}
)

func (v *visit) askHandOver() error        { return v.askOrderFile(handingOver, http.StatusOK, nil, "") }
func (v *visit) handOver() error           { return v.actOnOrderFile(handingOver) }
func (v *visit) askDiscard() error         { return v.askOrderFile(discarding, http.StatusOK, nil, "") }
func (v *visit) discardOrderFile() error   { return v.actOnOrderFile(discarding) }
func (v *visit) askRejectOrderFile() error { return v.askOrderFile(rejecting, http.StatusOK, nil, "") }
func (v *visit) rejectOrderFile() error    { return v.actOnOrderFile(rejecting) }

func (v *visit) askOrderFile(a orderFileAction, status int, faults map[string]string, whole string) error {
	f, err := v.orderFileOfPath()
	if err != nil {
		return err
	}
	home := orderFileHref(f.ID)
	return v.answer(status, v.T(a.title), askPage(v, ask{title: v.T(a.title), text: v.T(a.text, f.Name), action: home + "/" + a.name, back: home,
		button: v.T(a.title), danger: a.reason, fault: whole, fields: orderFileFields(v, a, faults)}))
}

// fields are those of the question.
func (a orderFileAction) fields(v *visit, faults map[string]string) (list []field) {
	if a.reference {
		list = append(list, field{name: "reference", label: v.T("orderFiles.reference"), value: v.r.FormValue("reference"), required: a.reason, limit: 140, fault: faults["reference"],
			hint: v.T("orderFiles.referenceHint")})
	}
	if a.reason {
		list = append(list, field{name: "reason", label: v.T("items.reason"), value: v.r.FormValue("reason"), limit: 140, fault: faults["reason"]})
	}
	return list
}

func (v *visit) actOnOrderFile(a orderFileAction) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	err = a.do(v, id, strings.TrimSpace(v.r.PostFormValue("reference")), strings.TrimSpace(v.r.PostFormValue("reason")))
	if err == nil {
		v.say(a.done, "")
		return v.redirect(orderFileHref(id))
	}
	faults, whole, err := v.faults(err)
	if err != nil {
		return err
	}
	return v.askOrderFile(a, http.StatusUnprocessableEntity, faults, whole)
}

// askOrderReport asks for the bank's answer; who sits there proves it before the file is chosen.
func (v *visit) askOrderReport() error {
	if err := v.needProof(); err != nil {
		return err
	}
	return v.showOrderReport(http.StatusOK, "")
}

func (v *visit) showOrderReport(status int, fault string) error {
	f, err := v.orderFileOfPath()
	if err != nil {
		return err
	}
	return v.answer(status, v.T("orderFiles.report"), orderReportPage(v, f, fault))
}

// mostReport bounds an upload of the bank's answer, in bytes.
const mostReport = 64 << 20

func (v *visit) uploadOrderReport() error {
	id, err := v.id()
	if err != nil {
		return err
	}
	if err := v.needProof(); err != nil {
		return err
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, mostReport)
	file, head, err := v.r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return v.showOrderReport(http.StatusUnprocessableEntity, v.T("orderFiles.noReport"))
	}
	if err != nil {
		return unreadable(err)
	}
	defer file.Close()
	if _, err = v.Transfers.ReportOrders(v.r.Context(), v.actor, id, head.Filename, file); err == nil {
		v.say("orderFiles.reported", "")
		return v.redirect(orderFileHref(id))
	}
	_, whole, err := v.faults(err)
	if err != nil {
		return err
	}
	return v.showOrderReport(http.StatusUnprocessableEntity, whole)
}
