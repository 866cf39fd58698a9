package panel

import (
	"strconv"

	"github.com/a-h/templ"

	"ims/internal/bank"
	"ims/internal/transfers"
)

// item is the page of one amount without a home.
func (v *visit) item() error {
	i, err := v.itemOfPath()
	if err != nil {
		return err
	}
	row := itemRow{Item: i}
	if v.may(bank.PermUsersRead) {
		found, err := v.suggestions([]bank.Item{i})
		if err != nil {
			return err
		}
		if s, ok := found[i.ID]; ok {
			row.suggestion = &s
		}
	}
	if row.transfers, err = v.transfersOfItem(i); err != nil {
		return err
	}
	notices, err := v.noticesOfItem(i.ID)
	if err != nil {
		return err
	}
	return v.show(v.itemTitle(i), itemPage(v, row, notices))
}

func (v *visit) itemOfPath() (bank.Item, error) {
	id, err := v.id()
	if err != nil {
		return bank.Item{}, err
	}
	return v.Files.Item(v.r.Context(), v.actor, id)
}

// itemTitle names an item by its amount.
func (v *visit) itemTitle(i bank.Item) string {
	return v.amount(i.Amount, currencyOf(i)) + " " + i.Currency
}

// itemFacts is what is known of an item.
func itemFacts(v *visit, i itemRow) []fact {
	known := []fact{
		{v.word("column", "amount"), moneyOf(v, i.Amount, i.currency())},
		{v.word("column", "itemStatus"), status(v, "itemStatus", string(i.Status))},
		{v.word("column", "reason"), plain(v.reasonWords(i.Reason))},
		{v.word("column", "itemState"), plain(v.word("itemState", string(i.State)))},
		{v.word("column", "opened"), opened(v, i.OpenedAt)},
		{v.word("column", "payer"), party(v, i.Details.PayerName, i.Details.PayerAccount)},
		{v.word("column", "payee"), party(v, i.Details.PayeeName, i.Details.PayeeAccount)},
		{v.word("column", "paymentTitle"), plain(i.Details.Title)},
		{v.word("column", "source"), sourceOf(v, i.Item)},
	}
	if i.Posting > 0 {
		known = append(known, fact{v.word("column", "posting"), transactionOf(v, i.Posting)})
	}
	if i.DecidedBy != "" {
		known = append(known, fact{v.word("column", "decidedBy"), plain(i.DecidedBy)}, fact{v.word("column", "decidedAt"), instantOf(v, i.DecidedAt)},
			fact{v.word("column", "decision"), plain(i.Decision)})
	}
	if i.Resolution > 0 {
		known = append(known, fact{v.word("column", "resolution"), transactionOf(v, i.Resolution)})
	}
	if len(i.transfers) > 0 {
		var list []step
		for _, t := range i.transfers {
			list = append(list, step{v.transferTitle(t) + ": " + v.word("transferStatus", string(t.Status)), v.reach(transferHref(t.ID))})
		}
		known = append(known, fact{v.word("column", "transfer"), linkedList(list)})
	}
	return append(known, fact{v.word("column", "id"), copyable(v, i.ID.String(), i.ID.String())})
}

// mostOfItem is how many transfers of one item are shown; a second one is there only where the first came back.
const mostOfItem = 10

// transfersOfItem are those by which an item goes back to its payer, the newest first.
func (v *visit) transfersOfItem(i bank.Item) ([]bank.Transfer, error) {
	if !v.may(bank.PermHistoryRead) {
		return nil, nil
	}
	return v.Transfers.Transfers(v.r.Context(), v.actor, transfers.Filter{Item: i.ID, Limit: mostOfItem})
}

// transactionOf is a posting's number, as a link where transactions have a page.
func transactionOf(v *visit, id bank.TransactionID) templ.Component {
	number := strconv.FormatInt(int64(id), 10)
	return linked(number, v.reach("/transactions/"+number))
}

// itemFileHref is the page of the file of an item, "" where there is none for the operator.
func itemFileHref(v *visit, i bank.Item) string {
	if i.File.IsZero() {
		return ""
	}
	return v.reach("/files/" + i.File.String())
}

// decidable are the ways to decide an item, by where its money is.
func decidable(v *visit, i bank.Item) bool {
	return i.Status == bank.ItemOpen && v.may(bank.PermItemsDecide)
}

// marked is a text with the places marked in which another one of the same length differs.
type marked struct {
	text string
	off  bool
}

// slips compares an account as it was written with the one that is meant: the characters that differ are marked in each.
func slips(written, meant string) (left, right []marked) {
	if len(written) != len(meant) {
		return []marked{{written, false}}, []marked{{meant, false}}
	}
	for at := 0; at < len(written); {
		end := at
		for end < len(written) && (written[end] != meant[end]) == (written[at] != meant[at]) {
			end++
		}
		off := written[at] != meant[at]
		left, right = append(left, marked{written[at:end], off}), append(right, marked{meant[at:end], off})
		at = end
	}
	return left, right
}
