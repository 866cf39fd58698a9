package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"ims/internal/bank"
	"ims/internal/store"
)

// Names that files and Verify share.
const (
	// AllPostings is the key under which the outcomes of a chunk count all its postings.
	AllPostings = "POSTINGS"
	// FileValidated is the audit event that binds the words of a file's records to the chain.
	FileValidated = "file.validated"
)

// validated is the audit event of a validation, as far as it matters here.
type validated struct {
	Digest string `json:"wordsDigest"`
}

// addAudit remembers what the chain says about the words of a file; the last validation counts.
func (w *walk) addAudit(e *bank.AuditEvent) {
	if e.Action != FileValidated {
		return
	}
	var after validated
	if err := json.Unmarshal([]byte(e.After), &after); err != nil {
		w.words.violated("customer %d audit event %d: unreadable: %v", w.customer, e.ID, err)
		return
	}
	w.digests[e.Object] = after.Digest
}

// compareFiles holds every file against its postings and its words.
func (v *verification) compareFiles() error {
	for before := bank.FileNo(0); ; {
		const step = 100
		list, err := v.tx.Files(v.customer, store.FileFilter{Before: before, Limit: step})
		if err != nil {
			return fmt.Errorf("read files: %w", err)
		}
		for _, f := range list {
			before = f.No
			if err := v.compareFile(f); err != nil {
				return fmt.Errorf("file %s: %w", f.ID, err)
			}
		}
		if len(list) < step {
			break
		}
	}
	for no := range v.byFile {
		v.files.violated("customer %d: postings of file %d, which does not exist", v.customer, no)
	}
	return nil
}

func (v *verification) compareFile(f bank.TransactionFile) error {
	chunks, err := v.tx.ChunkOutcomes(f.Customer, f.No)
	if err != nil {
		return err
	}
	total := map[string]bank.Sum{}
	var records int64
	for _, chunk := range chunks {
		for name, sum := range chunk {
			total[name] = bank.Sum{Count: total[name].Count + sum.Count, Amount: total[name].Amount + sum.Amount}
			if name != AllPostings {
				records += sum.Count
			}
		}
	}
	v.files.Checked++
	if total[AllPostings] != v.byFile[f.No] {
		v.files.violated("customer %d file %s: chunks say %+v, postings %+v", v.customer, f.ID, total[AllPostings], v.byFile[f.No])
	}
	for outcome, n := range v.outcomes[f.No] {
		if total[outcome.String()].Count < n {
			v.files.violated("customer %d file %s: %d records %s, %d postings", v.customer, f.ID, total[outcome.String()].Count, outcome, n)
		}
	}
	if f.Status == bank.FileExecuted && (records != f.Totals.Records || int64(len(chunks)) != f.Chunks) {
		v.files.violated("customer %d file %s: %d of %d records, %d of %d chunks", v.customer, f.ID, records, f.Totals.Records, len(chunks), f.Chunks)
	}
	delete(v.byFile, f.No)
	return v.compareWords(f)
}

// compareWords hashes the words of a validated file again. Those of a file that is being validated are in motion.
func (v *verification) compareWords(f bank.TransactionFile) error {
	want, ok := v.digests[f.ID.String()]
	if !ok || f.Status == bank.FilePending {
		return nil
	}
	sum := sha256.New()
	for first, more := int64(0), true; more; {
		const step = 10_000
		n := 0
		err := v.tx.EachDetails(v.customer, f.No, first, step, func(d bank.Details) error {
			row := store.DetailsDigest(&d)
			sum.Write(row[:])
			first, n = d.Origin.Line+1, n+1
			return nil
		})
		if err != nil {
			return err
		}
		more = n == step
	}
	v.words.Checked++
	if hex.EncodeToString(sum.Sum(nil)) != want {
		v.words.violated("customer %d file %s: the words of its records were changed", v.customer, f.ID)
	}
	return nil
}
