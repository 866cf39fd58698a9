package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"ims/internal/bank"
	"ims/internal/store"
)

const rivals = 50

// TestCountersLoseNothing lets rivals read, add one and write: under the lock of each method none is lost.
func TestCountersLoseNothing(t *testing.T) {
	counters := []struct {
		name string
		add  func(tx *store.Tx, c bank.CustomerID) error
		read func(tx *store.Tx, c bank.CustomerID) (int64, error)
	}{
		{"base IBAN", addToBase, func(tx *store.Tx, c bank.CustomerID) (int64, error) {
			b, err := tx.IssuingBase(c, "PLN")
			return int64(b.Next), err
		}},
		{"balance", addToBalances, func(tx *store.Tx, c bank.CustomerID) (int64, error) {
			list, err := tx.BalancesByNo(c, []bank.BalanceNo{5, 6})
			return list[0].Booked - 5000 + 3*(list[1].Booked-6000), err // both must count
		}},
		{"file", addToFile, func(tx *store.Tx, c bank.CustomerID) (int64, error) {
			f, err := tx.File(c, id(1))
			return int64(f.Attempts), err
		}},
		{"user", addToUser, func(tx *store.Tx, c bank.CustomerID) (int64, error) {
			u, err := tx.User(c, id(1))
			return int64(len(u.Phone) - len(user(c, 1).Phone)), err
		}},
		{"customer", addToCustomer, func(tx *store.Tx, c bank.CustomerID) (int64, error) {
			v, err := tx.Customer(c)
			return int64(len(v.Name) - len("Example Pay")), err
		}},
	}
	want := map[string]int64{"balance": 4 * rivals}
	each(t, func(t *testing.T, s *scene) {
		c := furnished(t, s)
		for _, counter := range counters {
			atOnce(t, rivals, func(int) error {
				return s.Write(context.Background(), func(tx *store.Tx) error { return counter.add(tx, c) })
			})
			s.write(t, func(tx *store.Tx) error {
				n, err := counter.read(tx, c)
				equal(t, counter.name, n, max(want[counter.name], rivals))
				return err
			})
		}
	})
}

func addToBase(tx *store.Tx, c bank.CustomerID) error {
	b, err := tx.IssuingBase(c, "PLN")
	if err != nil {
		return err
	}
	return tx.AdvanceBase(c, b.Base, b.Next+1)
}

func addToBalances(tx *store.Tx, c bank.CustomerID) error {
	list, err := tx.LockBalances(c, []bank.BalanceNo{6, 5})
	if err != nil {
		return err
	}
	for i := range list {
		list[i].Booked++
	}
	return tx.SetAmounts(c, list)
}

func addToFile(tx *store.Tx, c bank.CustomerID) error {
	f, err := tx.LockFile(c, id(1))
	if err != nil {
		return err
	}
	f.Attempts++
	return tx.UpdateFile(f)
}

func addToUser(tx *store.Tx, c bank.CustomerID) error {
	u, err := tx.LockUser(c, id(1))
	if err != nil {
		return err
	}
	u.Phone += "1"
	return tx.UpdateUser(u)
}

func addToCustomer(tx *store.Tx, c bank.CustomerID) error {
	v, err := tx.LockCustomer(c)
	if err != nil {
		return err
	}
	v.Name += "!"
	return tx.UpdateCustomer(v)
}

// TestNumbersAreTakenOnce lets rivals take numbers: every one is given out, none twice.
func TestNumbersAreTakenOnce(t *testing.T) {
	counters := map[string]func(tx *store.Tx, c bank.CustomerID) (int64, error){
		"balances": func(tx *store.Tx, c bank.CustomerID) (int64, error) {
			n, err := tx.NextBalanceNo(c)
			return int64(n), err
		},
		"files":      func(tx *store.Tx, c bank.CustomerID) (int64, error) { n, err := tx.NextFileNo(c); return int64(n), err },
		"executions": func(tx *store.Tx, c bank.CustomerID) (int64, error) { return tx.NextExecutionNo(c) },
		"customers": func(tx *store.Tx, _ bank.CustomerID) (int64, error) {
			n, err := tx.AddCustomer(customer("rival"))
			return int64(n) - 1, err // the first customer is there already
		},
	}
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		for name, next := range counters {
			numbers := make([]int64, rivals)
			atOnce(t, rivals, func(i int) error {
				return s.Write(context.Background(), func(tx *store.Tx) (err error) {
					numbers[i], err = next(tx, c)
					return err
				})
			})
			seen := map[int64]bool{}
			for _, n := range numbers {
				seen[n] = true
			}
			for n := int64(1); n <= rivals; n++ {
				if !seen[n] {
					t.Errorf("%s: number %d was not given out", name, n)
				}
			}
		}
	})
}

// TestChainOfRivals lets postings and audit events of one customer compete for its head.
func TestChainOfRivals(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		atOnce(t, rivals, func(i int) error {
			return s.Write(context.Background(), func(tx *store.Tx) error {
				if i%2 == 0 {
					return tx.Audit(c, at(i), bank.AuditEvent{Action: "a.b"}, bank.AuditEvent{Action: "a.c"})
				}
				_, err := post(tx, c, 0, 2, at(i))
				return err
			})
		})
		if links := chainOf(t, s, c); len(links) != rivals || links[rivals-1].LastID != 2*rivals {
			t.Errorf("%d links, the last up to %d", len(links), links[len(links)-1].LastID)
		}
	})
}

// TestFoldingRivals folds deltas while others are added: the sum is never wrong.
func TestFoldingRivals(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := furnished(t, s)
		atOnce(t, rivals, func(i int) error {
			return s.Write(context.Background(), func(tx *store.Tx) error {
				if i%5 == 0 {
					return found(tx.FoldDeltas(c, 2))
				}
				head, err := tx.LockHead(c)
				if err != nil {
					return err
				}
				first := head.NextID
				head.NextID++
				return steps(func() error { return tx.AddDelta(c, 2, first, 1) }, func() error { return tx.Append(head, first, store.Rows{}) })
			})
		})
		sum := get(t, s, func(tx *store.Tx) (int64, error) { return tx.BookedWithDeltas(c, 2) })
		equal(t, "sum", sum, 2000+int64(rivals)*4/5)
	})
}

// race is something that exactly one of several rivals may do.
type race struct {
	name string
	take func(tx *store.Tx, c bank.CustomerID, i int) (won bool, err error)
}

// unless turns the error that a loser gets into a loss.
func unless(err, lost error) (bool, error) {
	if errors.Is(err, lost) {
		return false, nil
	}
	return err == nil, err
}

var insertRaces = []race{
	{"chunk marker", func(tx *store.Tx, c bank.CustomerID, i int) (bool, error) { return tx.MarkChunk(c, 1, 9, at(i)) }},
	{"answer", func(tx *store.Tx, c bank.CustomerID, i int) (bool, error) {
		mine := answer("raced", fmt.Sprint(i), i)
		fresh, err := tx.AddAnswer(c, mine)
		if err != nil {
			return false, err
		}
		used, err := tx.Answers(c, []string{"raced"})
		if err == nil && (len(used) != 1 || fresh != (used[0].At.Equal(mine.At))) {
			return fresh, errors.New("the loser was not told of the winner's answer")
		}
		return fresh, err
	}},
	{"domain", func(tx *store.Tx, c bank.CustomerID, i int) (bool, error) {
		owner, fresh, err := tx.ClaimDomain(store.Domain{Host: fmt.Sprint("raced-", c, ".example"), Customer: c, CreatedAt: at(i)})
		if err == nil && owner != c {
			return fresh, errors.New("the loser was not told of the winner")
		}
		return fresh, err
	}},
	{"keys", func(tx *store.Tx, c bank.CustomerID, i int) (bool, error) {
		won, err := tx.UseKeys(c, []store.Key{{Key: fmt.Sprint("own", i)}, {Key: "raced by many"}})
		if err == nil && !won {
			return false, errUndo
		}
		return won, err
	}},
	{"file content", func(tx *store.Tx, c bank.CustomerID, i int) (bool, error) {
		f := file(c, 100+i)
		f.SHA256 = digest("raced")
		return tx.AddFile(f)
	}},
	{"file name", func(tx *store.Tx, c bank.CustomerID, i int) (bool, error) {
		f := file(c, 200+i)
		f.Name = "raced.pli"
		return tx.AddFile(f)
	}},
	{"balance number", func(tx *store.Tx, c bank.CustomerID, i int) (bool, error) {
		b := balance(c, 300+i)
		b.No = 99
		err := tx.AddBalance(b)
		if errors.Is(err, bank.ErrAlreadyExists) {
			return false, nil
		}
		return err == nil, err
	}},
	{"fact", func(tx *store.Tx, _ bank.CustomerID, i int) (bool, error) {
		return tx.SetFact("raced", []byte{byte(i)})
	}},
	{"secret", func(tx *store.Tx, _ bank.CustomerID, i int) (bool, error) {
		return tx.SetSecret("raced secret", []byte{byte(i)})
	}},
	{"approval", func(tx *store.Tx, c bank.CustomerID, i int) (bool, error) {
		a := approval(c, 100+i)
		a.Object = "raced"
		return tx.AddApproval(a)
	}},
	{"end user", func(tx *store.Tx, c bank.CustomerID, i int) (bool, error) {
		u := user(c, 100+i)
		u.ExternalID = "raced"
		return unless(tx.AddUser(u), bank.ErrAlreadyExists)
	}},
	{"operator", func(tx *store.Tx, c bank.CustomerID, i int) (bool, error) {
		o := operator(c, 100+i)
		o.Email = "raced@example.com"
		return unless(tx.AddOperator(o), bank.ErrAlreadyExists)
	}},
	{"master account", func(tx *store.Tx, c bank.CustomerID, i int) (bool, error) {
		m := master(c, 100+i)
		m.IBAN = number(1)
		return unless(tx.AddMasterAccount(m), bank.ErrAlreadyExists)
	}},
	{"base IBAN", func(tx *store.Tx, c bank.CustomerID, i int) (bool, error) {
		return unless(tx.RegisterBase("FR", c+bank.CustomerID(i)), bank.ErrBaseIBANOverlap)
	}},
	{"assertion", func(tx *store.Tx, c bank.CustomerID, i int) (bool, error) { return tx.UseAssertion(c, "raced", at(i)) }},
	{"CN", func(tx *store.Tx, _ bank.CustomerID, i int) (bool, error) {
		owner, err := tx.ClaimCN("V-Raced-App", bank.CustomerID(1000+i))
		return owner == bank.CustomerID(1000+i), err
	}},
}

var updateRaces = []race{
	{"lease", func(tx *store.Tx, c bank.CustomerID, i int) (bool, error) {
		return tx.LeaseFile(store.DueFile{Customer: c, ID: id(1), Status: bank.FileExecuting}, fmt.Sprint("worker ", i), at(1), at(100))
	}},
	{"hold", func(tx *store.Tx, c bank.CustomerID, _ int) (bool, error) {
		return unless(tx.ReleaseHolds(c, hold(c, 1)), bank.ErrNotFound)
	}},
	{"block", func(tx *store.Tx, c bank.CustomerID, i int) (bool, error) {
		return unless(tx.LiftBlock(c, id(1), at(i)), bank.ErrNotFound)
	}},
	{"IBAN", func(tx *store.Tx, c bank.CustomerID, i int) (bool, error) {
		return unless(tx.CloseIBAN(c, number(5), at(i)), bank.ErrNotFound)
	}},
	{"balance", func(tx *store.Tx, c bank.CustomerID, _ int) (bool, error) {
		return unless(tx.CloseBalance(c, 6), bank.ErrNotFound)
	}},
	{"session", func(tx *store.Tx, c bank.CustomerID, _ int) (bool, error) {
		return unless(found(tx.EndSession(c, id(1))), bank.ErrNotFound)
	}},
	{"certificate", func(tx *store.Tx, c bank.CustomerID, _ int) (bool, error) {
		return unless(tx.RevokeCertificate(c, "0001", "lost", 1), bank.ErrNotFound)
	}},
	{"item", func(tx *store.Tx, c bank.CustomerID, _ int) (bool, error) {
		i, err := tx.LockItem(c, id(1))
		if err != nil || i.Status != bank.ItemOpen {
			return false, err
		}
		i.Status = bank.ItemReturnOrdered
		return true, tx.DecideItem(i)
	}},
	{"approval, by id", func(tx *store.Tx, c bank.CustomerID, _ int) (bool, error) {
		a, err := tx.LockApproval(c, id(1))
		if err != nil || a.Status != bank.ApprovalPending {
			return false, err
		}
		a.Status = bank.ApprovalApproved
		return true, tx.DecideApproval(a)
	}},
	{"approval, by what it is about", func(tx *store.Tx, c bank.CustomerID, _ int) (bool, error) {
		a, err := tx.OpenApproval(c, "file.execute", "file 1")
		if err != nil {
			return unless(err, bank.ErrNotFound)
		}
		a.Status = bank.ApprovalUsed
		return true, tx.DecideApproval(a)
	}},
}

// TestOneWins lets several rivals do what only one may do.
func TestOneWins(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := furnished(t, s)
		for _, r := range append(insertRaces, updateRaces...) {
			var winners atomic.Int64
			atOnce(t, 8, func(i int) error {
				var won bool
				err := s.Write(context.Background(), func(tx *store.Tx) (err error) {
					won, err = r.take(tx, c, i)
					return err
				})
				if won {
					winners.Add(1)
				}
				if err != nil && !errors.Is(err, errUndo) {
					return fmt.Errorf("%s: %w", r.name, err)
				}
				return nil
			})
			equal(t, r.name, winners.Load(), int64(1))
		}
	})
}

// TestDeadlock lets two transactions wait for each other: PostgreSQL gives one of them up, and it runs again.
func TestDeadlock(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := furnished(t, s)
		var both sync.WaitGroup // each holds its first balance
		both.Add(2)
		var meet [2]sync.Once
		atOnce(t, 2, func(i int) error {
			return s.Write(context.Background(), func(tx *store.Tx) error {
				for step := range 2 {
					list, err := tx.LockBalances(c, []bank.BalanceNo{bank.BalanceNo(5 + (i+step)%2)})
					if err != nil {
						return fmt.Errorf("lock: %w", err)
					}
					if s.EngineName() == "postgres" { // SQLite's one writer cannot meet anybody
						meet[i].Do(func() { both.Done(); both.Wait() })
					}
					list[0].Booked++
					if err := tx.SetAmounts(c, list); err != nil {
						return fmt.Errorf("write: %w", err)
					}
				}
				return nil
			})
		})
		list := get(t, s, func(tx *store.Tx) ([]bank.Balance, error) { return tx.BalancesByNo(c, []bank.BalanceNo{5, 6}) })
		equal(t, "both were counted", []int64{list[0].Booked, list[1].Booked}, []int64{5002, 6002})
	})
}

// waits runs second while first has its locks and has not committed; PostgreSQL must make it wait.
func waits(t *testing.T, s *scene, first, second func(tx *store.Tx) error) {
	t.Helper()
	if s.EngineName() == "sqlite" { // one after the other is all that can happen
		s.write(t, first)
		s.write(t, second)
		return
	}
	result := make(chan error, 1)
	s.write(t, func(tx *store.Tx) error {
		if err := first(tx); err != nil {
			return err
		}
		go func() { result <- s.Write(context.Background(), second) }()
		s.blocked(t)
		return nil
	})
	if err := <-result; err != nil {
		t.Fatalf("the one who waited: %v", err)
	}
}

// TestWaitingSeesAddedBalances proves that whoever waited for a balance sees the receivable that was added meanwhile.
func TestWaitingSeesAddedBalances(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := furnished(t, s)
		companion := special(c, -6, bank.KindReceivable, pln)
		pair := []bank.BalanceNo{-6, 6}
		waits(t, s, func(tx *store.Tx) error {
			return steps(func() error { return found(tx.LockBalances(c, pair)) }, func() error { return tx.AddBalance(companion) })
		}, func(tx *store.Tx) error {
			list, err := tx.LockBalances(c, pair)
			equal(t, "locked", list, []bank.Balance{companion, balance(c, 6)})
			return err
		})
	})
}

// TestWaitingSeesNewIssuingBase proves that whoever waited for the issuing base IBAN gets the one that issues now.
func TestWaitingSeesNewIssuingBase(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := furnished(t, s)
		fresh := baseIBAN(c, "DE99")
		waits(t, s, func(tx *store.Tx) error { return tx.AddBaseIBAN(fresh) }, func(tx *store.Tx) error {
			b, err := tx.IssuingBase(c, "PLN")
			equal(t, "issuing", b, fresh)
			return err
		})
	})
}

// TestMarkerOfTheFailed proves that a chunk whose executor gave up belongs to the one who waited for its marker.
func TestMarkerOfTheFailed(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := furnished(t, s)
		second := make(chan error, 1)
		err := s.Write(context.Background(), func(tx *store.Tx) error {
			if err := isNew(tx.MarkChunk(c, 1, 5, at(1))); err != nil {
				return err
			}
			go func() {
				second <- s.Write(context.Background(), func(tx *store.Tx) error { return isNew(tx.MarkChunk(c, 1, 5, at(2))) })
			}()
			if s.EngineName() == "postgres" {
				s.blocked(t)
			}
			return errUndo
		})
		wantError(t, "the first", err, errUndo)
		wantError(t, "the second", <-second, nil)
	})
}

// TestAnotherProcess writes through two stores open on one database at once, as the command line does beside a server.
func TestAnotherProcess(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := furnished(t, s)
		other, err := store.Open(context.Background(), s.engine, Key)
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		atOnce(t, 20, func(i int) error {
			return []*store.DB{s.DB, other}[i%2].Write(context.Background(), func(tx *store.Tx) error { return addToBalances(tx, c) })
		})
		b := get(t, s, func(tx *store.Tx) (bank.Balance, error) { return tx.Balance(c, id(105)) })
		equal(t, "booked", b.Booked, int64(5020))
	})
}
