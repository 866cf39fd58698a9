package history

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// Home is what waits for an operator, and how the customer stands. Parts that the actor may not read are empty.
type Home struct {
	Files        []FileFigure // by status; bank.PermFilesRead
	Items        []ItemFigure // open ones by currency, state and reason; bank.PermFundsRead
	Events       EventFigure  // Told is false without an endpoint; bank.PermHistoryRead
	Certificates []bank.Certificate
	Ranges       []RangeUse          // bank.PermUsersRead
	Proofs       []store.ProofResult // by depth; bank.PermFundsRead or bank.PermAuditRead
	Flow         []DayFlow           // of the last 30 days by booking date and currency; days without any are not there; bank.PermHistoryRead
	FlowFrom     string              // ISO dates, both inclusive
	FlowTo       string
	FlowComplete bool // false while the index is far behind, as in the middle of a very large file
}

// The figures have names here for the doors, which do not know the store.
type (
	FileFigure = store.FileFigure
	ItemFigure = store.ItemFigure
	DayFlow    = store.DayFlow
)

// EventFigure tells how notifications go.
type EventFigure struct {
	store.EventFigure
	Told    bool   // the customer has an endpoint
	Stopped string // why we stopped telling it; empty while we have not
}

// RangeUse is how much of a base IBAN is used. Its key is not in it.
type RangeUse struct {
	Base           string
	Currency       string
	Issuing        bool
	Used, Capacity uint64
}

// Percent is the share of a range that is used, from 0 to 100.
func (r RangeUse) Percent() float64 {
	if r.Capacity == 0 {
		return 0
	}
	return 100 * float64(r.Used) / float64(r.Capacity)
}

const (
	flowDays     = 30
	expiringSoon = 30 * 24 * time.Hour
)

// Home returns the figures as they stand at now, in one snapshot. It reads counts, sums of open items and one row per day,
// never transactions one by one but for the newest thousands: the same for ten million of them.
func (s *Service) Home(ctx context.Context, actor bank.Actor, now time.Time) (h Home, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		h = Home{FlowFrom: bank.CivilDate(now.AddDate(0, 0, 1-flowDays)), FlowTo: bank.CivilDate(now)}
		for _, part := range []struct {
			may  bool
			read func(*store.Tx, bank.CustomerID) error
		}{
			{mayAny(actor, bank.PermFilesRead), h.files},
			{mayAny(actor, bank.PermFundsRead), h.items},
			{mayAny(actor, bank.PermHistoryRead), h.events},
			{mayAny(actor, bank.PermCustomerWrite), h.certificates(now)},
			{mayAny(actor, bank.PermUsersRead), h.ranges},
			{mayAny(actor, bank.PermFundsRead, bank.PermAuditRead), h.proofs},
			{mayAny(actor, bank.PermHistoryRead), h.flow},
		} {
			if !part.may {
				continue
			}
			if err := part.read(tx, actor.Customer); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Home{}, fmt.Errorf("figures of the home page: %w", err)
	}
	return h, nil
}

func mayAny(actor bank.Actor, list ...bank.Permission) bool {
	for _, p := range list {
		if actor.May(p) == nil {
			return true
		}
	}
	return false
}

func (h *Home) files(tx *store.Tx, c bank.CustomerID) (err error) {
	h.Files, err = tx.FileFigures(c)
	return err
}

func (h *Home) items(tx *store.Tx, c bank.CustomerID) (err error) {
	h.Items, err = tx.ItemFigures(c)
	return err
}

func (h *Home) events(tx *store.Tx, c bank.CustomerID) error {
	e, err := tx.Endpoint(c)
	if errors.Is(err, bank.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	h.Events.Told, h.Events.Stopped = true, e.Stopped
	h.Events.EventFigure, err = tx.EventFigure(c)
	return err
}

// certificates keeps the active ones that end soon, or have ended; a newer one of the same CN takes their place.
func (h *Home) certificates(now time.Time) func(*store.Tx, bank.CustomerID) error {
	return func(tx *store.Tx, c bank.CustomerID) error {
		list, err := tx.Certificates(c, "")
		if err != nil {
			return err
		}
		longest := map[string]time.Time{}
		for _, one := range list {
			if one.Status == bank.CertificateActive && one.NotAfter.After(longest[one.CN]) {
				longest[one.CN] = one.NotAfter
			}
		}
		for _, one := range list {
			if one.Status == bank.CertificateActive && one.NotAfter.Equal(longest[one.CN]) && one.NotAfter.Before(now.Add(expiringSoon)) {
				h.Certificates = append(h.Certificates, one)
			}
		}
		return nil
	}
}

func (h *Home) ranges(tx *store.Tx, c bank.CustomerID) error {
	list, err := tx.BaseIBANs(c)
	for _, b := range list {
		h.Ranges = append(h.Ranges, RangeUse{Base: b.Base, Currency: b.Currency.Code(), Issuing: b.Issuing, Used: b.Next, Capacity: b.Capacity})
	}
	return err
}

func (h *Home) proofs(tx *store.Tx, c bank.CustomerID) (err error) {
	h.Proofs, err = tx.Proofs(c)
	return err
}

func (h *Home) flow(tx *store.Tx, c bank.CustomerID) (err error) {
	h.Flow, h.FlowComplete, err = tx.Flow(c, h.FlowFrom, h.FlowTo)
	return err
}
