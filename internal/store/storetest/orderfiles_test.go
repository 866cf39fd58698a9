package storetest

import (
	"testing"

	"ims/internal/bank"
	"ims/internal/store"
)

func orderFile(c bank.CustomerID, n int) bank.OrderFile {
	return bank.OrderFile{Customer: c, ID: id(n), No: int64(n), MasterAccount: id(1), Format: bank.OrdersPLI, Status: bank.OrderFilePreparing,
		Task: bank.TaskCollect, Day: "2026-03-20", Name: of(c, "orders", n), Message: of(c, "IMS", n), Currency: pln, Orders: 2, Amount: 500,
		LeftOut: 1, CreatedBy: of(c, "ada", n), CreatedAt: at(n)}
}

func orderReport(c bank.CustomerID, n int) bank.OrderReport {
	return bank.OrderReport{Customer: c, ID: id(50 + n), OrderFile: id(1), Name: of(c, "report", n), SHA256: digest(of(c, "report", n)), Message: of(c, "BANK", n),
		Bytes: 10, Parts: 1, Answers: 3, UploadedBy: "ada", UploadedAt: at(n)}
}

// furnishOrderFiles needs the transfers.
func furnishOrderFiles(tx *store.Tx, c bank.CustomerID) error {
	handed := orderFile(c, 2)
	return steps(
		func() error { return tx.AddOrderFile(orderFile(c, 1)) },
		func() error {
			return tx.AddOrderFileStep(c, id(1), bank.OrderFileStep{Status: bank.OrderFilePreparing, Actor: "ada", At: at(1)})
		},
		func() error { return tx.AddOrderFilePart(c, id(1), 0, []byte(of(c, "orders", 1))) },
		func() error {
			return tx.LeaveOut(c, id(1), bank.OrderLeftOut{Transfer: id(3), Reason: of(c, "title", 3)})
		},
		func() error { return isNew(tx.AddOrderReport(orderReport(c, 1))) },
		func() error { return found(tx.OrderRun(c, id(1))) },
		func() error { return tx.SetOrderRun(c, id(1), at(5)) },
		func() error { return tx.AddOrderFile(handed) },
		func() error { return leadFile(tx, &handed, bank.OrderFileGenerated, bank.OrderFileHandedOver) },
	)
}

// leadFile moves an order file through statuses, without a task.
func leadFile(tx *store.Tx, f *bank.OrderFile, through ...bank.OrderFileStatus) error {
	for _, status := range through {
		f.Status, f.Task = status, bank.TaskNone
		if err := tx.UpdateOrderFile(*f); err != nil {
			return err
		}
	}
	return nil
}

var due = func(c bank.CustomerID) store.DueOrderFile { return store.DueOrderFile{Customer: c, ID: id(1)} }

var orderFileProbes = []probe{
	{"OrderFile", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.OrderFile(c, id(1))) }},
	{"LockOrderFile", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.LockOrderFile(c, id(1))) }},
	{"UpdateOrderFile", func(tx *store.Tx, c bank.CustomerID) error { return tx.UpdateOrderFile(orderFile(c, 1)) }},
	{"OrderFilePart", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.OrderFilePart(c, id(1), 0)) }},
	{"RenewOrderFile", func(tx *store.Tx, c bank.CustomerID) error { return tx.RenewOrderFile(due(c), "", at(60)) }},
	{"HoldOrderFile", func(tx *store.Tx, c bank.CustomerID) error { return found(tx.HoldOrderFile(due(c), "")) }},
	{"SetOrderRun", func(tx *store.Tx, c bank.CustomerID) error { return tx.SetOrderRun(c, id(1), at(5)) }},
	{"UpdateOrderReport", func(tx *store.Tx, c bank.CustomerID) error { return tx.UpdateOrderReport(orderReport(c, 1)) }},
}

// own picks a customer's files out of what workers see of all customers.
func ownFiles(all []store.DueOrderFile, err error) func(c bank.CustomerID) (any, error) {
	return func(c bank.CustomerID) (any, error) {
		list := []store.DueOrderFile{}
		for _, d := range all {
			if d.Customer == c {
				list = append(list, d)
			}
		}
		return list, err
	}
}

var orderFileListings = []listing{
	{"OrderFiles", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.OrderFiles(c, store.OrderFileFilter{}))
	}},
	{"OrderFileSteps", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.OrderFileSteps(c, id(1))) }},
	{"LeftOut", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.LeftOut(c, id(1), bank.ID{}, 0)) }},
	{"OrderReports", func(tx *store.Tx, c bank.CustomerID) (any, error) { return list(tx.OrderReports(c, id(1))) }},
	{"FiledTransfers", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.FiledTransfers(c, id(1), bank.ID{}, 100))
	}},
	{"BalanceOwners", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return list(tx.BalanceOwners(c, []bank.BalanceNo{5, 6}))
	}},
	{"DueOrderFiles", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		return ownFiles(tx.DueOrderFiles(at(1000), 100))(c)
	}},
	{"AnsweredOrderFiles", func(tx *store.Tx, c bank.CustomerID) (any, error) { return ownFiles(tx.AnsweredOrderFiles(100))(c) }},
	{"FiledSum", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		sum, err := tx.FiledSum(c, id(1))
		if sum.Count == 0 {
			return []bank.Sum{}, err
		}
		return []bank.Sum{sum}, err
	}},
	{"LastOrderRun", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		last, err := tx.LastOrderRun(c, id(1))
		if last.IsZero() {
			return []string{}, err
		}
		return []string{last.String()}, err
	}},
	{"NextOrderFileNo", func(tx *store.Tx, c bank.CustomerID) (any, error) {
		no, err := tx.NextOrderFileNo(c)
		return make([]bool, no-1), err
	}},
}

var orderFileChanges = []probe{
	{"DropOrderFileParts", func(tx *store.Tx, c bank.CustomerID) error { return tx.DropOrderFileParts(c, id(1)) }},
	{"LeaseOrderFile", func(tx *store.Tx, c bank.CustomerID) error {
		return isNew(tx.LeaseOrderFile(due(c), "w", at(1), at(2000)))
	}},
	{"ReleaseOrderFile", func(tx *store.Tx, c bank.CustomerID) error { return tx.ReleaseOrderFile(due(c), "", at(3000)) }},
	{"FreeTransfers", func(tx *store.Tx, c bank.CustomerID) error {
		return found(tx.FreeTransfers(c, id(1), []bank.ID{id(2)}, at(9)))
	}},
}

// TestOrderFile writes an order file and leads it through its life; what stands in it once it is GENERATED never changes.
func TestOrderFile(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		want := orderFile(c, 1)
		s.write(t, func(tx *store.Tx) error {
			return steps(func() error { return tx.AddOrderFile(want) }, func() error { return tx.AddOrderFilePart(c, id(1), 0, []byte("one")) },
				func() error { return tx.DropOrderFileParts(c, id(1)) }, func() error { return tx.AddOrderFilePart(c, id(1), 0, []byte("two")) })
		})
		one := func() bank.OrderFile {
			return get(t, s, func(tx *store.Tx) (bank.OrderFile, error) { return tx.OrderFile(c, id(1)) })
		}
		equal(t, "as made", one(), want)
		want.SHA256, want.Bytes, want.Parts, want.Orders = digest("two"), 3, 1, 7
		want.ApprovedBy, want.ApprovedAt, want.Reached = "bob", at(9), id(4)
		s.write(t, func(tx *store.Tx) error { return leadFile(tx, &want, bank.OrderFileGenerated) })
		equal(t, "generated", one(), want)
		for name, change := range map[string]func(f *bank.OrderFile){
			"bytes": func(f *bank.OrderFile) { f.Bytes++ }, "digest": func(f *bank.OrderFile) { f.SHA256 = digest("three") },
			"orders": func(f *bank.OrderFile) { f.Orders++ }, "amount": func(f *bank.OrderFile) { f.Amount++ },
			"status": func(f *bank.OrderFile) { f.Status = bank.OrderFileBooked },
		} {
			other := want
			change(&other)
			if err := s.try(t, func(tx *store.Tx) error { return tx.UpdateOrderFile(other) }); err == nil {
				t.Errorf("another %s was let through", name)
			}
		}
		for _, change := range []string{"UPDATE order_file_parts SET data = data", "DELETE FROM order_file_parts", "DELETE FROM order_files"} {
			if _, err := s.rawExec(change); err == nil {
				t.Errorf("%s was let through", change)
			}
		}
		equal(t, "content", string(get(t, s, func(tx *store.Tx) ([]byte, error) { return tx.OrderFilePart(c, id(1), 0) })), "two")
	})
}

// TestOrderFilesOnlyMoveForward: the engines refuse every move that the table of statuses does not have.
func TestOrderFilesOnlyMoveForward(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c, n := newCustomer(t, s), 0
		for _, from := range bank.OrderFileStatuses() {
			for _, to := range bank.OrderFileStatuses() {
				n++
				made := orderFile(c, n)
				made.Status = from
				s.write(t, func(tx *store.Tx) error { return tx.AddOrderFile(made) })
				made.Status = to
				err := s.try(t, func(tx *store.Tx) error { return tx.UpdateOrderFile(made) })
				if want := from == to || from.MayBecome(to); (err == nil) != want {
					t.Errorf("from %s to %s: error %v, want it to move %t", from, to, err, want)
				}
			}
		}
	})
}

// TestOrderOnce: an order stands in one file, until that is discarded; then it may stand in another. The engines see to it.
func TestOrderOnce(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := payer(t, s)
		held := func(n int) bank.Transfer {
			o := transfer(c, n)
			o.Status, o.Transaction, o.RequestedOn = bank.TransferHeld, bank.TransactionID(500+n), ""
			return o
		}
		s.write(t, func(tx *store.Tx) error {
			return steps(func() error { return tx.AddTransfer(held(1)) }, func() error { return tx.AddTransfer(held(2)) },
				func() error {
					return tx.AddTransferStep(c, id(1), bank.TransferStep{Status: bank.TransferHeld, Actor: "ada", At: at(1)})
				},
				func() error {
					return tx.AddTransferStep(c, id(2), bank.TransferStep{Status: bank.TransferHeld, Actor: "ada", At: at(1)})
				})
		})
		waiting := func() int {
			return len(get(t, s, func(tx *store.Tx) ([]bank.Transfer, error) {
				return tx.WaitingTransfers(c, pln, "2026-03-20", bank.ID{}, 10)
			}))
		}
		equal(t, "waiting", waiting(), 2)
		count := func(what string, want int64, fn func(tx *store.Tx) (int64, error)) {
			t.Helper()
			var n int64
			s.write(t, func(tx *store.Tx) (err error) { n, err = fn(tx); return err })
			equal(t, what, n, want)
		}
		both := []bank.ID{id(1), id(2)}
		count("put in", 2, func(tx *store.Tx) (int64, error) { return tx.FileTransfers(c, id(8), both, at(2)) })
		count("put into another", 0, func(tx *store.Tx) (int64, error) { return tx.FileTransfers(c, id(9), both, at(2)) })
		equal(t, "waiting", waiting(), 0)
		twice := held(1)
		twice.OrderFile = id(9)
		if err := s.try(t, func(tx *store.Tx) error { return tx.MoveTransfer(twice) }); err == nil {
			t.Error("an order went from one file into another")
		}
		count("sent", 1, func(tx *store.Tx) (int64, error) {
			return tx.SendTransfers(c, id(8), both[:1], bank.TransferStep{Actor: "w", Note: "orders", At: at(3)})
		})
		count("sent again", 0, func(tx *store.Tx) (int64, error) {
			return tx.SendTransfers(c, id(8), both[:1], bank.TransferStep{At: at(3)})
		})
		count("freed", 1, func(tx *store.Tx) (int64, error) { return tx.FreeTransfers(c, id(8), both, at(4)) })
		equal(t, "waiting", waiting(), 1)
		steps := get(t, s, func(tx *store.Tx) ([]bank.TransferStep, error) { return tx.TransferSteps(c, id(1)) })
		equal(t, "last step", steps[len(steps)-1], bank.TransferStep{No: 2, Status: bank.TransferSent, Actor: "w", Note: "orders", At: at(3)})
		released := transfer(c, 1)
		released.Status = bank.TransferSent
		if err := s.try(t, func(tx *store.Tx) error { return tx.MoveTransfer(released) }); err == nil {
			t.Error("a sent order left its file")
		}
	})
}
