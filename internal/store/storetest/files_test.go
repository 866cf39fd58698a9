package storetest

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

func addFiles(t testing.TB, s *scene, files ...bank.TransactionFile) {
	t.Helper()
	for _, f := range files {
		s.write(t, func(tx *store.Tx) error { return isNew(tx.AddFile(f)) })
	}
}

func TestFiles(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		bare, full := file(c, 1), file(c, 2)
		bare.Totals.Expected = bank.FileExpected{Direction: bank.ExpectCredits, Records: 3, Sum: 1 << 55}
		addFiles(t, s, bare, full)
		full.Status, full.Chunks, full.ValidatedAt, full.ExecutedBy, full.ExecutionNo = bank.FileExecuted, 3, at(3), "eve@example.com", 7
		full.ExecutingAt, full.ExecutedAt, full.Attempts, full.StopReason = at(4), at(5), 2, "the disk was full"
		full.Totals = bank.FileTotals{Records: 5, Errors: 1, Warnings: 2, Encoding: "CP852",
			ByKind: map[string]bank.Sum{"credit": {Count: 5, Amount: 1 << 55}}, Codes: map[string]int64{"payee-unknown": 2}}
		s.write(t, func(tx *store.Tx) error { return tx.UpdateFile(full) })

		equal(t, "newest first", get(t, s, func(tx *store.Tx) ([]bank.TransactionFile, error) { return tx.Files(c, store.FileFilter{}) }),
			[]bank.TransactionFile{full, bare})
		equal(t, "of a status", get(t, s, func(tx *store.Tx) ([]bank.TransactionFile, error) {
			return tx.Files(c, store.FileFilter{Status: bank.FilePending})
		}),
			[]bank.TransactionFile{bare})
		equal(t, "before 2", get(t, s, func(tx *store.Tx) ([]bank.TransactionFile, error) {
			return tx.Files(c, store.FileFilter{Before: 2, Limit: 5})
		}), []bank.TransactionFile{bare})
		for what, ask := range map[string]func(tx *store.Tx) (bank.TransactionFile, error){
			"by id":      func(tx *store.Tx) (bank.TransactionFile, error) { return tx.File(c, full.ID) },
			"locked":     func(tx *store.Tx) (bank.TransactionFile, error) { return tx.LockFile(c, full.ID) },
			"by content": func(tx *store.Tx) (bank.TransactionFile, error) { return tx.FileWithContent(c, full.SHA256) },
			"by name":    func(tx *store.Tx) (bank.TransactionFile, error) { return tx.FileWithName(c, full.Name) },
		} {
			s.write(t, func(tx *store.Tx) error {
				f, err := ask(tx)
				equal(t, what, f, full)
				return err
			})
		}
	})
}

func TestFileConflicts(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		addFiles(t, s, file(c, 1))
		refused := func(what string, f bank.TransactionFile) {
			t.Helper()
			err := s.try(t, func(tx *store.Tx) error { return isNew(tx.AddFile(f)) })
			wantError(t, what, err, errNotNew)
		}
		sameContent, sameName := file(c, 2), file(c, 2)
		sameContent.SHA256, sameName.Name = file(c, 1).SHA256, file(c, 1).Name
		refused("same content", sameContent)
		refused("same name", sameName)

		invalid := file(c, 1)
		invalid.Status = bank.FileInvalid
		s.write(t, func(tx *store.Tx) error { return tx.UpdateFile(invalid) })
		refused("content of an Invalid file", sameContent)
		equal(t, "an Invalid file by its name", get(t, s, func(tx *store.Tx) (bank.TransactionFile, error) { return tx.FileNamed(c, invalid.Name) }), invalid)
		wantError(t, "name of an Invalid file", s.try(t, func(tx *store.Tx) error { return found(tx.FileWithName(c, invalid.Name)) }), bank.ErrNotFound)
		addFiles(t, s, sameName) // the name is free again
		otherCase := file(c, 3)
		otherCase.Name = "DAY-1.PLI"
		addFiles(t, s, otherCase)
		other := file(newCustomer(t, s), 1) // the same of another customer
		addFiles(t, s, other)
	})
}

func TestFileParts(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		addFiles(t, s, file(c, 1))
		large := bytes.Repeat([]byte{0, 255, '\'', '\\'}, 1<<18)
		s.write(t, func(tx *store.Tx) error {
			return steps(
				func() error { return tx.AddFilePart(c, id(1), 0, large, at(1)) },
				func() error { return tx.AddFilePart(c, id(1), 1, []byte{}, at(1)) },
				func() error { return tx.AddFilePart(c, id(2), 0, []byte("lost"), at(1)) },
				func() error { return tx.AddFilePart(c, id(3), 0, []byte("running"), at(5)) },
			)
		})
		part := func(file bank.ID, n int) []byte {
			return get(t, s, func(tx *store.Tx) ([]byte, error) { return tx.FilePart(c, file, n) })
		}
		if !bytes.Equal(part(id(1), 0), large) || len(part(id(1), 1)) != 0 {
			t.Error("a part came back changed")
		}
		wantError(t, "behind the last", s.try(t, func(tx *store.Tx) error { return found(tx.FilePart(c, id(1), 2)) }), bank.ErrNotFound)
		for _, want := range []int64{1, 0} {
			s.write(t, func(tx *store.Tx) error {
				n, err := tx.SweepFileParts(c, at(5))
				equal(t, "swept", n, want)
				return err
			})
		}
		wantError(t, "swept", s.try(t, func(tx *store.Tx) error { return found(tx.FilePart(c, id(2), 0)) }), bank.ErrNotFound)
		equal(t, "still running", string(part(id(3), 0)), "running")
		for _, upload := range []bank.ID{id(3), id(1)} {
			s.write(t, func(tx *store.Tx) error { return tx.DeleteFileParts(c, upload) })
		}
		wantError(t, "deleted", s.try(t, func(tx *store.Tx) error { return found(tx.FilePart(c, id(3), 0)) }), bank.ErrNotFound)
		equal(t, "parts of a file stay", len(part(id(1), 0)), len(large))
	})
}

func TestLeases(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		stopped, done, executing := file(c, 2), file(c, 3), file(c, 4)
		addFiles(t, s, file(c, 1), stopped, done, executing)
		stopped.StopReason, done.Status, executing.Status = "why", bank.FileValidated, bank.FileExecuting
		for _, f := range []bank.TransactionFile{stopped, done, executing} {
			s.write(t, func(tx *store.Tx) error { return tx.UpdateFile(f) })
		}
		first := store.DueFile{Customer: c, ID: id(1), Status: bank.FilePending}
		second := store.DueFile{Customer: c, ID: id(4), Status: bank.FileExecuting}
		due := func(now time.Time, limit int) []store.DueFile {
			return get(t, s, func(tx *store.Tx) ([]store.DueFile, error) { return tx.DueFiles(now, limit) })
		}
		equal(t, "due", due(at(10), 9), []store.DueFile{second, first})
		equal(t, "limited", due(at(10), 1), []store.DueFile{second})

		lease := func(d store.DueFile, owner string, now, until int) (taken bool) {
			s.write(t, func(tx *store.Tx) (err error) {
				taken, err = tx.LeaseFile(d, owner, at(now), at(until))
				return err
			})
			return taken
		}
		equal(t, "a gets it", lease(first, "a", 10, 25), true)
		equal(t, "b does not", lease(first, "b", 11, 26), false)
		equal(t, "leased files are not due", due(at(25), 9), []store.DueFile{second})
		s.write(t, func(tx *store.Tx) error { return tx.RenewLease(first, "a", at(40)) })
		equal(t, "renewed", lease(first, "b", 39, 50), false)
		equal(t, "expired", lease(first, "b", 41, 50), true)
		wantError(t, "renewing a lost one", s.try(t, func(tx *store.Tx) error { return tx.RenewLease(first, "a", at(60)) }), bank.ErrNotFound)
		wantError(t, "holding a lost one", s.try(t, func(tx *store.Tx) error { return tx.HoldLease(first, "a") }), bank.ErrNotFound)
		wantError(t, "holding one's own", s.try(t, func(tx *store.Tx) error { return tx.HoldLease(first, "b") }), nil)
		moved := store.DueFile{Customer: c, ID: first.ID, Status: bank.FileExecuting}
		wantError(t, "holding it for another stage", s.try(t, func(tx *store.Tx) error { return tx.HoldLease(moved, "b") }), bank.ErrNotFound)
		s.write(t, func(tx *store.Tx) error { return tx.ReleaseLease(first, "a", time.Time{}) })
		equal(t, "a lost one is left alone", lease(first, "c", 45, 50), false)
		s.write(t, func(tx *store.Tx) error { return tx.ReleaseLease(first, "b", at(46)) })
		equal(t, "released to be left alone for a while", lease(first, "c", 45, 50), false)
		equal(t, "after a while", lease(first, "c", 47, 60), true)
		s.write(t, func(tx *store.Tx) error { return tx.ReleaseLease(first, "c", time.Time{}) })
		equal(t, "released", lease(first, "d", 47, 90), true)
		s.write(t, (*store.Tx).ReleaseAllLeases)
		equal(t, "all released", due(at(47), 9), []store.DueFile{second, first})

		for what, d := range map[string]store.DueFile{
			"another status": {Customer: c, ID: id(1), Status: bank.FileExecuting},
			"stopped":        {Customer: c, ID: id(2), Status: bank.FilePending},
		} {
			equal(t, what, lease(d, "a", 47, 50), false)
		}
	})
}

func TestPlan(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		addFiles(t, s, file(c, 1), file(c, 2))
		packed := bytes.Repeat([]byte{0, 1, 255}, 70_000)
		s.write(t, func(tx *store.Tx) error {
			return steps(
				func() error { return tx.AddPlanChunk(c, 1, 0, 2, packed) },
				func() error { return tx.AddPlanChunk(c, 1, 1, 0, []byte{}) },
				func() error { return tx.AddPlanChunk(c, 2, 0, 1, []byte("other")) },
				func() error {
					return tx.AddFindings(c, 1, []bank.FileFinding{finding(c, 1), finding(c, 2), finding(c, 3)})
				},
				func() error { return tx.AddFindings(c, 2, []bank.FileFinding{finding(c, 9)}) },
				func() error { return tx.AddFindings(c, 2, nil) },
				func() error { return tx.AddFileKeys(c, "2026-03-13", 1, 0, []byte("1")) },
				func() error { return tx.AddFileKeys(c, "2026-03-13", 2, 0, []byte("2")) },
			)
		})
		chunk := func(file bank.FileNo, n int64) []byte {
			return get(t, s, func(tx *store.Tx) ([]byte, error) { return tx.PlanChunk(c, file, n) })
		}
		if !bytes.Equal(chunk(1, 0), packed) || len(chunk(1, 1)) != 0 {
			t.Error("a chunk came back changed")
		}
		findings := func(file bank.FileNo, after int64, limit int) []bank.FileFinding {
			return get(t, s, func(tx *store.Tx) ([]bank.FileFinding, error) { return tx.Findings(c, file, after, limit) })
		}
		equal(t, "findings", findings(1, 0, 9), []bank.FileFinding{finding(c, 1), finding(c, 2), finding(c, 3)})
		equal(t, "behind the first", findings(1, 1, 1), []bank.FileFinding{finding(c, 2)})

		s.write(t, func(tx *store.Tx) error { return tx.ClearValidation(c, 1) })
		wantError(t, "cleared", s.try(t, func(tx *store.Tx) error { return found(tx.PlanChunk(c, 1, 0)) }), bank.ErrNotFound)
		equal(t, "no findings", findings(1, 0, 9), []bank.FileFinding(nil))
		equal(t, "the other file keeps its plan", string(chunk(2, 0)), "other")
		equal(t, "and its findings", findings(2, 0, 9), []bank.FileFinding{finding(c, 9)})
	})
}

func TestChunkMarkers(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		want := map[int64]map[string]bank.Sum{0: {"CREDITED": {Count: 1, Amount: 1 << 54}, "TECHNICAL": {Count: 2, Amount: 5}}, 1: {}, 7: {}}
		for n := range want {
			s.write(t, func(tx *store.Tx) error { return isNew(tx.MarkChunk(c, 1, n, at(1))) })
		}
		s.write(t, func(tx *store.Tx) error { return tx.SetChunkOutcomes(c, 1, 0, want[0]) })
		wantError(t, "executed before", s.try(t, func(tx *store.Tx) error { return isNew(tx.MarkChunk(c, 1, 0, at(9))) }), errNotNew)
		s.write(t, func(tx *store.Tx) error { return isNew(tx.MarkChunk(c, 2, 0, at(1))) })
		equal(t, "outcomes", get(t, s, func(tx *store.Tx) (map[int64]map[string]bank.Sum, error) { return tx.ChunkOutcomes(c, 1) }), want)
	})
}

func TestFileKeys(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		for n := 1; n <= 4; n++ {
			f := file(c, n)
			addFiles(t, s, f)
			f.ExecutionNo = int64([]int{0, 2, 0, 1, 3}[n]) // file 2 was never executed
			s.write(t, func(tx *store.Tx) error {
				return steps(func() error { return tx.UpdateFile(f) },
					func() error { return tx.AddFileKeys(c, "2026-03-13", f.No, 1, []byte{byte(n), 255}) },
					func() error { return tx.AddFileKeys(c, "2026-03-13", f.No, 0, []byte{byte(n), 0}) },
					func() error { return tx.AddFileKeys(c, "2026-03-14", f.No, 0, []byte{99}) })
			})
		}
		parts := func(each func(tx *store.Tx, fn func(store.KeyPart) error) error) (all [][]byte) {
			return get(t, s, func(tx *store.Tx) ([][]byte, error) {
				return gather(func(fn func([]byte) error) error {
					return each(tx, func(k store.KeyPart) error { return fn(bytes.Clone(append([]byte{byte(k.File)}, k.Keys...))) })
				})
			})
		}
		earlier := func(date string, before int64) [][]byte {
			return parts(func(tx *store.Tx, fn func(store.KeyPart) error) error { return tx.EachEarlierKeys(c, date, before, fn) })
		}
		equal(t, "all executed", earlier("2026-03-13", 0), [][]byte{{1, 1, 0}, {1, 1, 255}, {3, 3, 0}, {3, 3, 255}, {4, 4, 0}, {4, 4, 255}})
		equal(t, "executed before the second", earlier("2026-03-13", 2), [][]byte{{3, 3, 0}, {3, 3, 255}})
		equal(t, "another day", len(earlier("2026-03-14", 0)), 3)
		equal(t, "no such day", len(earlier("2026-03-15", 0)), 0)
		equal(t, "keys of a file", parts(func(tx *store.Tx, fn func(store.KeyPart) error) error {
			return tx.EachFileKeys(c, "2026-03-13", 2, fn)
		}), [][]byte{{2, 2, 0}, {2, 2, 255}})
		equal(t, "dates of a file", get(t, s, func(tx *store.Tx) ([]string, error) { return tx.FileDates(c, 2) }), []string{"2026-03-13", "2026-03-14"})
		equal(t, "dates of no file", get(t, s, func(tx *store.Tx) ([]string, error) { return tx.FileDates(c, 9) }), []string(nil))
	})
}

// TestFileDebits: only files in or after execution count, and only the days that are asked for.
func TestFileDebits(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		c := newCustomer(t, s)
		for n := 1; n <= 3; n++ {
			f := file(c, n)
			addFiles(t, s, f)
			f.ExecutionNo = int64([]int{0, 2, 0, 1}[n]) // file 2 was never executed
			f.Acceptance, f.Dialect = bank.ByRecord, bank.Dialect{Encoding: "IBM852"}
			s.write(t, func(tx *store.Tx) error {
				return steps(func() error { return tx.UpdateFile(f) },
					func() error { return tx.AddFileDebits(c, "2026-03-13", f.No, 1, []byte{byte(n), 255}) },
					func() error { return tx.AddFileDebits(c, "2026-03-13", f.No, 0, []byte{byte(n), 0}) },
					func() error { return tx.AddFileDebits(c, fmt.Sprintf("2026-04-0%d", n), f.No, 0, []byte{99}) })
			})
			equal(t, "the file as validated", get(t, s, func(tx *store.Tx) (bank.TransactionFile, error) { return tx.File(c, f.ID) }), f)
		}
		debits := func(from, to string) []store.DebitPart {
			return get(t, s, func(tx *store.Tx) ([]store.DebitPart, error) {
				return gather(func(fn func(store.DebitPart) error) error { return tx.EachExecutedDebits(c, from, to, fn) })
			})
		}
		march := []store.DebitPart{{Date: "2026-03-13", File: 1, Keys: []byte{1, 0}}, {Date: "2026-03-13", File: 1, Keys: []byte{1, 255}},
			{Date: "2026-03-13", File: 3, Keys: []byte{3, 0}}, {Date: "2026-03-13", File: 3, Keys: []byte{3, 255}}}
		equal(t, "one day", debits("2026-03-13", "2026-03-13"), march)
		equal(t, "both ends", debits("2026-03-13", "2026-04-01"), append(march, store.DebitPart{Date: "2026-04-01", File: 1, Keys: []byte{99}}))
		equal(t, "no such day", len(debits("2026-03-14", "2026-03-31")), 0)
		for from, want := range map[string]bool{"2026-03-13": true, "2026-04-03": true, "2026-04-04": false} {
			equal(t, "debits from "+from, get(t, s, func(tx *store.Tx) (bool, error) { return tx.HasExecutedDebits(c, from) }), want)
		}
		s.write(t, func(tx *store.Tx) error { return tx.ClearValidation(c, 3) })
		equal(t, "cleared", debits("2026-03-13", "2026-03-13"), march[:2])
	})
}
