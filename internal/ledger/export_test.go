package ledger

// Waiting tells tests how many operations are in the house, queued or being done, and whether the writer was closed.
func (w *Writer) Waiting() (operations int, closed bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.running), w.closed
}

// Misplaced is misplaced.
var Misplaced = misplaced
