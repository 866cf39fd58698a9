package panel

import (
	"time"

	"github.com/a-h/templ"

	"ims/internal/accounts"
	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/history"
	"ims/internal/ledger"
	"ims/internal/money"
)

// work is what Home shows: what waits for somebody, how the customer stands, and whether the books are right. What the operator
// may not see is empty.
type work struct {
	history.Home
	waits  int64           // approvals that wait for the operator
	funds  []accounts.Fund // own funds
	proofs *ledger.Proofs
}

func (v *visit) home() error {
	w, err := v.work()
	if err != nil {
		return err
	}
	return v.show(v.T("home.title"), homePage(v, w))
}

// homeStream keeps Home up to date.
func (v *visit) homeStream() error {
	return v.stream(homePace, func() (templ.Component, bool, error) {
		w, err := v.work()
		return homeWork(v, w), false, err
	})
}

const homePace = 5 * time.Second

// work gathers what the operator may see.
func (v *visit) work() (w work, err error) {
	ctx := v.r.Context()
	if w.Home, err = v.History.Home(ctx, v.actor, v.Now()); err != nil {
		return w, err
	}
	if w.waits, err = v.Access.ApprovalsWaiting(ctx, v.actor); err != nil {
		return w, err
	}
	if v.may(bank.PermFundsRead) {
		if w.funds, err = v.ownFunds(); err != nil {
			return w, err
		}
	}
	if v.maySeeProofs() {
		proofs, err := v.Prover.Proofs(ctx, v.actor)
		w.proofs = &proofs
		return w, err
	}
	return w, nil
}

// maySeeProofs tells whether the state of the ledger is the operator's affair.
func (v *visit) maySeeProofs() bool { return v.may(bank.PermAuditRead) || v.may(bank.PermFundsRead) }

// tile is one figure of Home: how many, of what, and whether somebody should act.
type tile struct {
	name, figure, about string
	tone                string
	href                string // where something can be done about it; "": nowhere
}

// fileTiles count the files that somebody must do something about.
func (w work) fileTiles(v *visit) []tile {
	byStatus := map[bank.FileStatus]history.FileFigure{}
	stopped := int64(0)
	for _, f := range w.Files {
		byStatus[f.Status] = f
		stopped += f.Stopped
	}
	var tiles []tile
	for _, status := range []bank.FileStatus{bank.FilePending, bank.FileValidated, bank.FileExecuting} {
		f := byStatus[status]
		t := tile{name: v.word("fileStatus", string(status)), figure: v.count(f.Files), about: v.word("home.file", string(status)), tone: "off",
			href: v.reach("/files?status=" + string(status))}
		if f.Files > 0 {
			t.tone = "wait"
		}
		tiles = append(tiles, t)
	}
	t := tile{name: v.T("home.stopped"), figure: v.count(stopped), about: v.T("home.stoppedText"), tone: "off", href: v.reach("/files")}
	if stopped > 0 {
		t.tone = "bad"
	}
	return append(tiles, t)
}

// openSum is what lies without a home in one currency.
type openSum struct {
	currency              money.Currency
	items, amount         int64 // on the technical balance
	claimedItems, claimed int64 // nothing was posted for them
	oldest                time.Time
}

// openSums add the open items by currency, in the order they come in.
func openSums(figures []history.ItemFigure) []openSum {
	var sums []openSum
	for _, f := range figures {
		c, err := money.ParseCurrency(f.Currency)
		if err != nil {
			continue // the store holds supported currencies only
		}
		if len(sums) == 0 || sums[len(sums)-1].currency != c {
			sums = append(sums, openSum{currency: c, oldest: f.Oldest})
		}
		s := &sums[len(sums)-1]
		if f.State == bank.ItemClaimed {
			s.claimedItems, s.claimed = s.claimedItems+f.Items, s.claimed+f.Amount
		} else {
			s.items, s.amount = s.items+f.Items, s.amount+f.Amount
		}
		if f.Oldest.Before(s.oldest) {
			s.oldest = f.Oldest
		}
	}
	return sums
}

// workTiles are what waits for this operator, and how the customer is told of events.
func (w work) workTiles(v *visit) []tile {
	waits := tile{name: v.T("approvals.title"), figure: v.count(w.waits), about: v.T("home.waitsText"), tone: "off", href: waitingPath}
	if w.waits > 0 {
		waits.tone = "wait"
	}
	tiles := []tile{waits}
	if !w.Events.Told {
		return tiles
	}
	told := tile{name: v.T("home.events"), figure: v.count(w.Events.Failed), about: v.T("home.eventsFine"), tone: "off", href: v.reach("/notifications")}
	switch {
	case w.Events.Stopped != "" || !w.Events.Active:
		told.tone, told.about = "bad", v.T("home.eventsStopped")
	case w.Events.Failed > 0 || w.Events.Failures > 0:
		told.tone, told.about = "bad", v.T("home.eventsFail", v.instant(w.Events.Oldest).text)
	}
	return append(tiles, told)
}

// used is how much of a base IBAN's numbers is given, in percent.
func used(b bank.BaseIBAN) int64 { return share(b.Next, b.Capacity) }

// share is a part of a whole in percent, rounded down.
func share(part, whole uint64) int64 {
	if whole == 0 {
		return 0
	}
	return int64(float64(part) / float64(whole) * 100)
}

// The shares of a base IBAN from which on somebody should ask for another.
const (
	usedMuch = 80
	usedMost = 95
)

func usedTone(b bank.BaseIBAN) string { return shareTone(used(b)) }

func shareTone(percent int64) string {
	switch {
	case percent >= usedMost:
		return "bad"
	case percent >= usedMuch:
		return "wait"
	}
	return "good"
}

// daysLeft is how long a certificate is valid, in whole days.
func daysLeft(v *visit, c bank.Certificate) int { return customers.DaysLeft(c.NotAfter, v.Now()) }
