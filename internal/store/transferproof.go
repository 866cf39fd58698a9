package store

import "ims/internal/bank"

// TransferProof is a transfer beside what must agree with it.
type TransferProof struct {
	ID          bank.ID
	Status      bank.TransferStatus
	Last        bank.TransferStatus // of its steps
	Steps       int64
	Transaction bank.TransactionID
	Of          bank.TransactionStatus // of the transaction; 0: there is none
	Same        bool                   // payer and amount are the transaction's
	Reserved    bool                   // its hold is open
	Technical   bool                   // the technical balance pays, whose items reserve
	Internal    bool
	InFile      bool // an order file has it
}

// EachTransferProof hands every transfer of a customer to fn.
func (tx *Tx) EachTransferProof(customer bank.CustomerID, fn func(TransferProof) error) error {
	scan := func(row scanner) (p TransferProof, err error) {
		return p, row.Scan(&p.ID, &p.Status, &p.Last, &p.Steps, &p.Transaction, &p.Of, &p.Same, &p.Reserved, &p.Technical, &p.Internal, &p.InFile)
	}
	return each(tx, scan, fn, `SELECT t.id, t.status, COALESCE(l.status, ''), COALESCE(l.no, 0), t.transaction_id, COALESCE(x.status, 0),
		CASE WHEN x.balance_no = t.payer_no AND x.amount = -t.amount THEN 1 ELSE 0 END,
		CASE WHEN h.id IS NOT NULL AND h.released_at IS NULL AND h.balance_no = t.payer_no AND h.amount = t.amount THEN 1 ELSE 0 END,
		CASE WHEN b.kind = 3 THEN 1 ELSE 0 END, t.internal, CASE WHEN t.order_file IS NULL THEN 0 ELSE 1 END
		FROM transfers t JOIN balances b ON b.customer_id = t.customer_id AND b.no = t.payer_no
		LEFT JOIN transactions x ON x.customer_id = t.customer_id AND x.id = t.transaction_id AND t.transaction_id > 0
		LEFT JOIN holds h ON h.customer_id = t.customer_id AND h.id = t.hold_id
		LEFT JOIN transfer_steps l ON l.customer_id = t.customer_id AND l.transfer_id = t.id AND l.no = (SELECT MAX(m.no) FROM transfer_steps m
			WHERE m.customer_id = t.customer_id AND m.transfer_id = t.id)
		WHERE t.customer_id = $1 ORDER BY t.id`, customer)
}
