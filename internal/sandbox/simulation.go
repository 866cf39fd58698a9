package sandbox

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"ims/iban"
	"ims/internal/bank"
	"ims/internal/files"
	"ims/pli"
)

// simulation is one request with what it was found to need.
type simulation struct {
	service *Service
	actor   bank.Actor
	id      bank.ID // names the file, so that a repeated request finds it
	in      Incoming
	way     way
}

func (sim *simulation) name() string { return "sandbox-" + sim.id.String() + ".pli" }

// received returns the simulation's file, which is written and received unless an earlier request did so.
func (sim *simulation) received(ctx context.Context) (bank.TransactionFile, error) {
	customer := sim.actor.Customer
	f, found, err := sim.service.fileNamed(ctx, customer, sim.name())
	if err != nil || found {
		return f, err
	}
	body, err := sim.body(ctx)
	if err != nil {
		return f, err
	}
	f, err = sim.service.files.Receive(ctx, sim.actor, files.Upload{Name: sim.name(), MasterAccount: sim.way.account.ID, Body: bytes.NewReader(body)})
	if errors.Is(err, bank.ErrFileNameTaken) || errors.Is(err, bank.ErrFileDuplicate) { // a request with the same key was faster
		f, _, err = sim.service.fileNamed(ctx, customer, sim.name())
	}
	return f, err
}

// body writes the file that the bank would send.
func (sim *simulation) body(ctx context.Context) ([]byte, error) {
	orders, err := sim.orders(ctx)
	if err != nil {
		return nil, err
	}
	var body bytes.Buffer
	w := pli.NewWriter(&body, pli.WriterOptions{})
	for i, o := range orders {
		// The reference makes each payment one of its own, so that none is taken for a repetition of another.
		o.Date, o.Reference = bank.CivilDate(sim.service.now()), fmt.Sprintf("%x%03d", sim.id[10:], i)
		if err := w.Write(o); err != nil {
			return nil, fmt.Errorf("record %d: %w", i+1, err)
		}
	}
	if EffectOf(sim.in.Amount.Minor()) == Unreadable {
		good := bytes.IndexByte(body.Bytes(), '\n') + 1 // a file without a good line is damaged as a whole
		return append(slices.Clone(body.Bytes()[:good]), sim.spoiled(body.Bytes()[good:])...), nil
	}
	return body.Bytes(), nil
}

// spoiled gives the payee other check digits than its number has, as a slip of a bank's program would.
func (sim *simulation) spoiled(body []byte) []byte {
	right := sim.in.Payee.String()[len(polish):]
	digits, _ := strconv.Atoi(right[:2])                   // an IBAN's are two digits, 02 to 98
	wrong := fmt.Sprintf("%02d%s", digits%97+2, right[2:]) // another one of 02 to 98
	return bytes.ReplaceAll(body, []byte(right), []byte(wrong))
}

// order is the transfer as the caller described it.
func (sim *simulation) order() pli.Order {
	payer := sim.in.Payer
	if payer.IsZero() {
		payer = outside(1)
	}
	return pli.Order{Amount: sim.in.Amount.Minor(), Payer: payer, PayerName: sim.in.PayerName, Payee: sim.in.Payee, PayeeName: payeeName,
		Title: cmp.Or(sim.in.Title, DefaultTitle)}
}

// Names in the files beside the caller's.
const (
	payeeName     = "SANDBOX PAYEE"
	simulatorName = "SANDBOX SIMULATOR"
)

// orders are the records of the file: the transfers, as the effect bends them, behind one that they need.
func (sim *simulation) orders(ctx context.Context) ([]pli.Order, error) {
	o, cover := sim.order(), pli.Order{}
	var err error
	switch EffectOf(o.Amount) {
	case UnknownIBAN:
		o.Payee, err = sim.neverIssued(ctx)
	case Frozen:
		err = sim.block(ctx)
	case ClosedIBAN:
		o.Payee, err = sim.closedIBAN(ctx)
	case MasterAccount:
		o.Payee, err = sim.master()
	case Internal:
		if o.Payer, err = sim.payerIBAN(ctx); err == nil {
			cover = sim.covers(o.Payer)
		}
	case Debit:
		o.Payer, o.Payee, cover = sim.in.Payee, outside(2), sim.covers(sim.in.Payee)
	case OwnFunds:
		o.Payer, cover = sim.in.Payee, sim.covers(sim.in.Payee)
		o.Payee, err = sim.master()
	case Shortfall:
		return sim.shortfall(ctx, o)
	case Unreadable:
		cover = sim.covers(o.Payee)
	}
	if err != nil {
		return nil, err
	}
	list := make([]pli.Order, 0, sim.in.Transfers+1)
	if cover.Amount > 0 {
		list = append(list, cover)
	}
	for range sim.in.Transfers {
		list = append(list, o)
	}
	return list, nil
}

// covers is money that comes from outside first, enough for all transfers out of an account: credits are executed before
// what takes money.
func (sim *simulation) covers(number iban.IBAN) pli.Order {
	return pli.Order{Amount: sim.in.Amount.Minor() * int64(sim.in.Transfers), Payer: outside(1), PayerName: simulatorName, Payee: number,
		PayeeName: payeeName, Title: "Cover"}
}

// shortfall takes everything that is available, and the amount besides: what the first transfer leaves is nothing.
func (sim *simulation) shortfall(ctx context.Context, o pli.Order) ([]pli.Order, error) {
	available, err := sim.available(ctx)
	if err != nil {
		return nil, err
	}
	o.Payer, o.Payee = sim.in.Payee, outside(2)
	list := make([]pli.Order, sim.in.Transfers)
	for i := range list {
		list[i] = o
	}
	list[0].Amount += available
	return list, nil
}
