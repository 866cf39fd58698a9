package panel

import (
	"time"

	"github.com/a-h/templ"

	"ims/internal/bank"
	"ims/internal/customers"
	"ims/internal/files"
	"ims/internal/ledger"
	"ims/internal/money"
)

// work is what Home shows: what waits for somebody, and whether the books are right. What the operator may not see is nil.
type work struct {
	files        []files.FileFigure
	items        []files.ItemFigure
	certificates []bank.Certificate // that expire soon
	ranges       []bank.BaseIBAN    // that issue
	proofs       *ledger.Proofs
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
	if v.may(bank.PermFilesRead) {
		if w.files, err = v.Files.FileFigures(ctx, v.actor); err != nil {
			return w, err
		}
	}
	if v.may(bank.PermFundsRead) {
		if w.items, err = v.Files.ItemFigures(ctx, v.actor); err != nil {
			return w, err
		}
	}
	if v.may(bank.PermCustomerWrite) {
		if w.certificates, err = v.expiring(); err != nil {
			return w, err
		}
		if w.ranges, err = v.Customers.BaseIBANs(ctx, v.customer.ID); err != nil {
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

// expiring are the active certificates whose end is near or past.
func (v *visit) expiring() ([]bank.Certificate, error) {
	all, err := v.Customers.Certificates(v.r.Context(), v.customer.ID)
	var soon []bank.Certificate
	for _, c := range all {
		if c.Status == bank.CertificateActive && customers.ExpiresSoon(c.NotAfter, v.Now()) {
			soon = append(soon, c)
		}
	}
	return soon, err
}

// tile is one figure of Home: how many, of what, and whether somebody should act.
type tile struct {
	name, figure, about string
	tone                string
}

// fileTiles count the files that somebody must do something about.
func (w work) fileTiles(v *visit) []tile {
	byStatus := map[bank.FileStatus]files.FileFigure{}
	stopped := int64(0)
	for _, f := range w.files {
		byStatus[f.Status] = f
		stopped += f.Stopped
	}
	var tiles []tile
	for _, status := range []bank.FileStatus{bank.FilePending, bank.FileValidated, bank.FileExecuting} {
		f := byStatus[status]
		t := tile{name: v.word("fileStatus", string(status)), figure: v.count(f.Files), about: v.word("home.file", string(status)), tone: "off"}
		if f.Files > 0 {
			t.tone = "wait"
		}
		tiles = append(tiles, t)
	}
	t := tile{name: v.T("home.stopped"), figure: v.count(stopped), about: v.T("home.stoppedText"), tone: "off"}
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
func openSums(figures []files.ItemFigure) []openSum {
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

// used is how much of a base IBAN's numbers is given, in percent.
func used(b bank.BaseIBAN) int64 {
	if b.Capacity == 0 {
		return 0
	}
	return int64(float64(b.Next) / float64(b.Capacity) * 100)
}

// The shares of a base IBAN from which on somebody should ask for another.
const (
	usedMuch = 80
	usedMost = 95
)

func usedTone(b bank.BaseIBAN) string {
	switch n := used(b); {
	case n >= usedMost:
		return "bad"
	case n >= usedMuch:
		return "wait"
	}
	return "good"
}

// daysLeft is how long a certificate is valid, in whole days.
func daysLeft(v *visit, c bank.Certificate) int { return customers.DaysLeft(c.NotAfter, v.Now()) }
