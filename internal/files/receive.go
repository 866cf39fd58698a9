package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
	"time"

	"ims/bankfile"
	"ims/internal/bank"
	"ims/internal/store"
)

// partBytes is the size of a stored part.
const partBytes = 1 << 20

// What one file may hold.
const (
	MaxBytes   = bankfile.DefaultBytes
	MaxRecords = bankfile.DefaultRecords
)

// Upload is a file as it arrives.
type Upload struct {
	Name          string
	MasterAccount bank.ID
	Body          io.Reader
	Expected      bank.FileExpected // what is known of it; validation compares
}

// Receive stores an upload in parts, hashing it on the way, and adds the file's row last: only then it exists. Errors:
// those of store.DB.Once, ErrFileDuplicate (same content before), ErrFileNameTaken, ErrInvalid, ErrTooLarge (512 MiB), ErrNotFound (master
// account), ErrForbidden.
func (s *Service) Receive(ctx context.Context, actor bank.Actor, u Upload) (bank.TransactionFile, error) {
	if err := actor.May(bank.PermFilesUpload); err != nil {
		return bank.TransactionFile{}, err
	}
	f, err := s.announced(ctx, actor, u)
	if err != nil {
		return f, err
	}
	err = s.spool(ctx, &f, u.Body)
	if err == nil {
		err = s.addFile(ctx, actor, &f)
	}
	if err != nil {
		s.dropParts(ctx, f)
		return bank.TransactionFile{}, err
	}
	return f, nil
}

// announced checks what is known before the first byte.
func (s *Service) announced(ctx context.Context, actor bank.Actor, u Upload) (f bank.TransactionFile, err error) {
	if reason := checkName(u.Name); reason != "" {
		return f, bank.ErrInvalid.With("the file name %s", reason).Field("name", string(bankfile.FileNameInvalid), reason)
	}
	if err := u.Expected.Check(); err != nil {
		return f, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		account, err := tx.MasterAccount(actor.Customer, u.MasterAccount)
		if err != nil {
			return bank.ErrNotFound.With("there is no such master account").Because(err)
		}
		if openers[account.Format] == nil {
			return bank.ErrInvalid.With("files of the format %s are not supported", account.Format)
		}
		f = bank.TransactionFile{Customer: actor.Customer, ID: bank.NewID(), MasterAccount: account.ID, Name: u.Name,
			Status: bank.FilePending, Acceptance: account.Acceptance, UploadedBy: actor.Name, UploadedAt: s.now().UTC()}
		f.Totals.Expected = u.Expected
		if err := nameFree(tx, f); err == nil || !repeated(ctx, tx, f.Customer) {
			return err
		}
		return nil // adding the file tells whether it is the same one
	})
	return f, err
}

// repeated tells whether the idempotency key of the context was used before.
func repeated(ctx context.Context, tx *store.Tx, customer bank.CustomerID) bool {
	key := bank.IdempotencyOf(ctx)
	if !key.Given() {
		return false
	}
	earlier, err := tx.Answers(customer, []string{key.Key})
	return err == nil && len(earlier) > 0
}

// checkName returns why a name cannot be a file's, or "".
func checkName(name string) string {
	switch {
	case strings.ContainsAny(name, `/\`):
		return "must not hold path separators"
	case len(name) > 255:
		return "is longer than 255 bytes"
	}
	return bank.CheckText(name, true, 255)
}

// spool stores the body in parts, each durable before the next is read, so that memory does not grow with the file.
func (s *Service) spool(ctx context.Context, f *bank.TransactionFile, body io.Reader) error {
	sum, part := sha256.New(), make([]byte, partBytes)
	for no := 0; ; no++ {
		n, err := fill(body, part)
		if n > 0 {
			if err := s.storePart(ctx, f, no, part[:n], sum); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			sum.Sum(f.SHA256[:0])
			return nil
		case err != nil:
			return bodyError(err)
		}
	}
}

// fill reads until the part is full or the body ends. Unlike io.ReadFull it tells the end of the body (io.EOF) from a body
// that breaks off (io.ErrUnexpectedEOF): half an upload must not become a file.
func fill(body io.Reader, part []byte) (n int, err error) {
	for n < len(part) && err == nil {
		var read int
		read, err = body.Read(part[n:])
		n += read
	}
	return n, err
}

// bodyError keeps a door's own error and tells of any other that the upload broke off.
func bodyError(err error) error {
	if _, ok := bank.AsError(err); ok {
		return err
	}
	return bank.ErrMalformed.With("the upload broke off; nothing was stored").Because(err)
}

func (s *Service) storePart(ctx context.Context, f *bank.TransactionFile, no int, data []byte, sum hash.Hash) error {
	if f.Bytes += int64(len(data)); f.Bytes > bankfile.DefaultBytes {
		return bank.ErrTooLarge.With("a transaction file has at most %d MiB", bankfile.DefaultBytes>>20)
	}
	sum.Write(data)
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		return tx.AddFilePart(f.Customer, f.ID, no, data, f.UploadedAt)
	})
	if err != nil {
		return fmt.Errorf("store part %d of %s: %w", no, f.ID, err)
	}
	return nil
}

// addFile adds the row that makes the upload a file.
func (s *Service) addFile(ctx context.Context, actor bank.Actor, f *bank.TransactionFile) error {
	return s.db.Once(ctx, f.Customer, s.now(), func(tx *store.Tx) (any, error) {
		var err error
		if f.No, err = tx.NextFileNo(f.Customer); err != nil {
			return nil, err
		}
		if err := contentFresh(tx, *f); err != nil {
			return nil, err
		}
		if err := nameFree(tx, *f); err != nil {
			return nil, err
		}
		fresh, err := tx.AddFile(*f)
		if err != nil {
			return nil, err
		}
		if !fresh {
			return nil, bank.ErrFileDuplicate
		}
		after := fmt.Sprintf(`{"sha256":"%x","bytes":%d}`, f.SHA256, f.Bytes)
		return *f, tx.Audit(f.Customer, f.UploadedAt, bank.AuditEvent{Actor: actor.Name, Origin: actor.Origin, Action: "file.upload", Object: f.ID.String(), After: after})
	})
}

// Earlier is the cause of bank.ErrFileDuplicate and bank.ErrFileNameTaken: the file that was there first.
type Earlier struct{ File bank.TransactionFile }

// Error implements error.
func (e *Earlier) Error() string { return "earlier file " + e.File.ID.String() }

func contentFresh(tx *store.Tx, f bank.TransactionFile) error {
	first, err := tx.FileWithContent(f.Customer, f.SHA256)
	if errors.Is(err, bank.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return uploadedBefore(bank.ErrFileDuplicate.With("content"), first, bankfile.FileDuplicate, "")
}

func nameFree(tx *store.Tx, f bank.TransactionFile) error {
	first, err := tx.FileWithName(f.Customer, f.Name)
	if errors.Is(err, bank.ErrNotFound) || err == nil && first.ID == f.ID {
		return nil
	}
	if err != nil {
		return err
	}
	return uploadedBefore(bank.ErrFileNameTaken.With("name"), first, bankfile.FileNameDuplicate, "name")
}

// uploadedBefore says of a refusal, whose message is what the upload shares with an earlier file, which one that is.
func uploadedBefore(refusal *bank.Error, first bank.TransactionFile, code bankfile.Code, pointer string) error {
	rule := bankfile.Finding{Code: code, Value: bankfile.Visible(first.Name)}
	return refusal.With("this %s was uploaded on %s as file %s (%s)", refusal.Message, first.UploadedAt.Format(time.DateTime), first.ID, first.Status).
		Field(pointer, string(code), rule.Message("en")).Because(&Earlier{first})
}

// dropParts removes what a refused upload left; what cannot be removed now is swept later.
func (s *Service) dropParts(ctx context.Context, f bank.TransactionFile) {
	if f.ID.IsZero() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	_ = s.db.Write(ctx, func(tx *store.Tx) error {
		// The head is what adding the row locks: a commit of unknown fate is over before it is asked whether the row is there.
		if _, err := tx.LockHead(f.Customer); err != nil {
			return err
		}
		return tx.DeleteFileParts(f.Customer, f.ID)
	})
}

// Sweep removes parts of uploads that broke off more than a day ago.
func (s *Service) Sweep(ctx context.Context, customer bank.CustomerID) error {
	return s.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.SweepFileParts(customer, s.now().Add(-24*time.Hour))
		return err
	})
}

// content reads the stored bytes of a file part by part.
type content struct {
	ctx  context.Context
	s    *Service
	file bank.TransactionFile
	next int
	part bytes.Reader
}

func (s *Service) open(ctx context.Context, f bank.TransactionFile) io.ReadCloser {
	return &content{ctx: ctx, s: s, file: f}
}

// Read implements io.Reader.
func (c *content) Read(p []byte) (int, error) {
	for c.part.Len() == 0 {
		if int64(c.next)*partBytes >= c.file.Bytes {
			return 0, io.EOF
		}
		if err := c.load(); err != nil {
			return 0, err
		}
	}
	return c.part.Read(p)
}

func (c *content) load() error {
	return c.s.db.Read(c.ctx, func(tx *store.Tx) error {
		data, err := tx.FilePart(c.file.Customer, c.file.ID, c.next)
		if err != nil {
			return fmt.Errorf("part %d of file %s: %w", c.next, c.file.ID, err)
		}
		c.part.Reset(data)
		c.next++
		return nil
	})
}

// Close implements io.Closer.
func (c *content) Close() error { return nil }
