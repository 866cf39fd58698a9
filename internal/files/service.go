package files

import (
	"context"
	"errors"
	"time"

	"ims/internal/bank"
	"ims/internal/store"
)

// ApproveFunc asks whether an action may go on. It returns the approval that waits where a second person must decide first;
// the caller's transaction then commits without doing the action.
type ApproveFunc func(ctx context.Context, tx *store.Tx, actor bank.Actor, r store.ApprovalRequest) (pending *bank.Approval, err error)

// Config is what a Service is made of.
type Config struct {
	DB      *store.DB
	Now     func() time.Time
	Approve ApproveFunc   // nil: nothing needs a second person
	Lease   time.Duration // of a file by a worker; 0: 15 s
	Chunk   int           // records of one chunk; 0: 20,000 on SQLite, 5,000 on PostgreSQL
}

// Service keeps transaction files and items. It is safe for concurrent use.
type Service struct {
	db      *store.DB
	now     func() time.Time
	approve ApproveFunc
	lease   time.Duration
	chunk   int
	changes *changes
}

// New returns a service.
func New(c Config) *Service {
	s := &Service{db: c.DB, now: c.Now, approve: c.Approve, lease: c.Lease, chunk: c.Chunk, changes: newChanges()}
	if s.approve == nil {
		s.approve = func(context.Context, *store.Tx, bank.Actor, store.ApprovalRequest) (*bank.Approval, error) {
			return nil, nil
		}
	}
	if s.lease == 0 {
		s.lease = 15 * time.Second
	}
	if s.chunk == 0 {
		s.chunk = 20_000
		if c.DB.EngineName() == "postgres" {
			s.chunk = 5_000
		}
	}
	return s
}

// Filter selects files; it has a name here for the doors, which do not know the store.
type Filter = store.FileFilter

// File returns a transaction file.
func (s *Service) File(ctx context.Context, actor bank.Actor, id bank.ID) (f bank.TransactionFile, err error) {
	if err := actor.May(bank.PermFilesRead); err != nil {
		return f, err
	}
	return s.file(ctx, actor.Customer, id)
}

func (s *Service) file(ctx context.Context, customer bank.CustomerID, id bank.ID) (f bank.TransactionFile, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		f, err = tx.File(customer, id)
		return noFile(err)
	})
	return f, err
}

func noFile(err error) error {
	if errors.Is(err, bank.ErrNotFound) {
		return bank.ErrNotFound.With("there is no such transaction file")
	}
	return err
}

// Files lists transaction files, newest first.
func (s *Service) Files(ctx context.Context, actor bank.Actor, f Filter) (list []bank.TransactionFile, err error) {
	if err := actor.May(bank.PermFilesRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		list, err = tx.Files(actor.Customer, f)
		return err
	})
	return list, err
}

// Outcomes tells what became of the records of a file so far: count and sum per outcome, and POSTINGS for all postings.
func (s *Service) Outcomes(ctx context.Context, actor bank.Actor, id bank.ID) (total map[string]bank.Sum, err error) {
	if err := actor.May(bank.PermFilesRead); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		f, err := tx.File(actor.Customer, id)
		if err != nil {
			return noFile(err)
		}
		total, _, err = outcomes(tx, f)
		return err
	})
	return total, err
}

// outcomes adds what the executed chunks did and tells how many there are.
func outcomes(tx *store.Tx, f bank.TransactionFile) (map[string]bank.Sum, int64, error) {
	chunks, err := tx.ChunkOutcomes(f.Customer, f.No)
	total := map[string]bank.Sum{}
	for _, chunk := range chunks {
		for name, sum := range chunk {
			t := total[name]
			total[name] = bank.Sum{Count: t.Count + sum.Count, Amount: t.Amount + sum.Amount}
		}
	}
	return total, int64(len(chunks)), err
}
