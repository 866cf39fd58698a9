package serverapi

import (
	"time"

	"ims/internal/bank"
	"ims/internal/web"
)

// The examples of the document. All names, numbers and accounts are invented; the tests hold them to the schemas.
var (
	noon  = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	later = noon.Add(time.Minute)

	userExample = User{ID: "0190a5d4-7e1c-7cc4-a3a8-2f1b5e1d9c10", Status: "ACTIVE", CreatedAt: noon, UpdatedAt: noon,
		UserFacts: UserFacts{ExternalID: "crm-1001", Type: "PERSON", FirstName: "Ada", LastName: "Example", Email: "ada@example.com", KYC: "PENDING"}}

	balanceExample = Balance{ID: "0190a5d4-8002-7d3e-9b54-6a0f4a1f2b11", UserID: userExample.ID, Currency: "PLN", Status: "ACTIVE",
		Available: Money{Amount: 12345, Currency: "PLN"}, Held: Money{Amount: 0, Currency: "PLN"}, Booked: Money{Amount: 12345, Currency: "PLN"}, IBAN: bankAccountExample.IBAN,
		IBANFormatted: bankAccountExample.IBANFormatted, CreatedAt: noon}
	closedBalanceExample = Balance{ID: balanceExample.ID, UserID: userExample.ID, Currency: "PLN", Status: "CLOSED",
		Available: Money{Amount: 0, Currency: "PLN"}, Held: Money{Amount: 0, Currency: "PLN"}, Booked: Money{Amount: 0, Currency: "PLN"}, CreatedAt: noon}

	bankAccountExample = BankAccount{IBAN: "PL83111111110000000000000010", IBANFormatted: "PL83 1111 1111 0000 0000 0000 0010",
		BalanceID: "0190a5d4-8002-7d3e-9b54-6a0f4a1f2b11", Currency: "PLN", Status: "ACTIVE", CreatedAt: noon}
	closedBankAccountExample = BankAccount{IBAN: bankAccountExample.IBAN, IBANFormatted: bankAccountExample.IBANFormatted,
		BalanceID: bankAccountExample.BalanceID, Currency: "PLN", Status: "CLOSED", CreatedAt: noon}

	blockExample = Block{ID: "0190a5d4-8c77-7aa1-8d0e-33cf0f9f6c12", Target: "BALANCE", CreatedAt: noon,
		BlockFacts: BlockFacts{Kind: "CUSTOMER", Direction: "DEBITS", Reference: "ticket 1001", From: &noon}}

	orderExample  = Order{Amount: Money{Amount: 12345, Currency: "PLN"}, Title: "Bonus November", Reference: "B-2026-11"}
	creditExample = Transaction{ID: 42, Type: "CREDIT", Status: "CLEARED", Amount: Money{Amount: 12345, Currency: "PLN"}, BalanceAfter: &Money{Amount: 12345, Currency: "PLN"},
		BalanceID: balanceExample.ID, BalanceKind: "USER", Title: "Bonus November", Reference: "B-2026-11", Operation: "payout-2026-11-20-0001",
		BookingDate: "2026-11-20", ValueDate: "2026-11-20", CreatedAt: noon}
	debitExample = Transaction{ID: 44, Type: "DEBIT", Status: "CLEARED", Amount: Money{Amount: -12345, Currency: "PLN"}, BalanceAfter: &Money{Amount: 0, Currency: "PLN"},
		BalanceID: balanceExample.ID, BalanceKind: "USER", Title: "Fee November", Operation: "fee-2026-11-20-0001",
		BookingDate: "2026-11-20", ValueDate: "2026-11-20", CreatedAt: later}
	reversalOrderExample = ReversalOrder{Title: "Fee November was a mistake"}
	reversalExample      = Transaction{ID: 47, Type: "REVERSAL", Status: "CLEARED", Amount: Money{Amount: 12345, Currency: "PLN"}, BalanceAfter: &Money{Amount: 12345, Currency: "PLN"},
		BalanceID: balanceExample.ID, BalanceKind: "USER", Title: "Fee November was a mistake", Operation: "undo-2026-11-20-0001",
		BookingDate: "2026-11-20", ValueDate: "2026-11-20", CreatedAt: later, Reverses: 44}
	declinedExample = Transaction{ID: 45, Type: "DEBIT", Status: "DECLINED", Reason: &web.Reason{Code: "INSUFFICIENT_FUNDS", Text: bank.ReasonFunds.Text("en")},
		Amount: Money{Amount: -12345, Currency: "PLN"}, BalanceAfter: &Money{Amount: 0, Currency: "PLN"}, BalanceID: balanceExample.ID,
		BalanceKind: "USER", Title: "Fee November", Operation: "fee-2026-11-20-0002", CreatedAt: later}
	transferOrderExample = TransferOrder{BalanceID: balanceExample.ID, Amount: Money{Amount: 5000, Currency: "PLN"}, PayeeIBAN: "PL39 2222 2222 0000 0000 1234 5678",
		PayeeName: "Bob Example", Title: "Invoice 11/2026", Reference: "INV-2026-11"}
	transferExample = Transfer{ID: "0190a5d4-d000-7a1b-9c2d-3e4f5a6b7c1b", Status: "HELD", BalanceID: balanceExample.ID, UserID: userExample.ID, Amount: transferOrderExample.Amount,
		PayeeIBAN: "PL39222222220000000012345678", PayeeName: "Bob Example", Title: "Invoice 11/2026", Reference: "INV-2026-11", BankReference: "IMS52", TransactionID: 52,
		OrderedBy: "V-Example-Backend", CreatedAt: noon, UpdatedAt: noon}
	placedTransferExample = PlacedTransfer{transferExample, &PayeeVerification{Result: "NOT_POSSIBLE"}}
	transferStoryExample  = TransferStory{transferExample, []TransferStep{{No: 1, Status: "RECEIVED", Actor: "V-Example-Backend", At: noon}, {No: 2, Status: "HELD", Actor: "V-Example-Backend", At: noon}}}
	cancellationExample   = Cancellation{Reason: "ordered twice"}

	fundExample        = Fund{BalanceID: "0190a5d4-6f00-7f2b-8f10-0a1b2c3d4e13", Kind: "OWN", Booked: Money{Amount: 5000000, Currency: "PLN"}}
	reportOrderExample = ReportOrder{Format: "csv", From: "2026-11-01", To: "2026-11-30"}
	reportExample      = Report{ID: "0190a5d4-c000-7d1e-9f2a-3b4c5d6e7f19", Name: "transactions-2026-11-20-6e7f19.csv", Format: "csv", Status: "PENDING",
		RequestedBy: "V-Example-Backend", RequestedAt: noon}
	statementExample = Statement{Transactions: []Transaction{creditExample}, StatementHead: StatementHead{Number: "S261101-261130", BalanceID: balanceExample.ID,
		BalanceKind: "USER", IBAN: bankAccountExample.IBAN, Owner: "Ada Example", Currency: "PLN", From: "2026-11-01", To: "2026-11-30", Final: true,
		CreatedAt: later, Opening: Money{Amount: 0, Currency: "PLN"}, Credits: StatementSum{1, Money{Amount: 12345, Currency: "PLN"}}, Debits: StatementSum{0, Money{Amount: 0, Currency: "PLN"}}, Closing: Money{Amount: 12345, Currency: "PLN"}}}

	itemExample = Item{ID: "0190a5d4-9a10-7b6c-9c1d-7e8f9a0b1c14", Amount: Money{Amount: 10000, Currency: "PLN"}, State: "POSTED", Reason: "UNKNOWN_IBAN",
		Status: "OPEN", Payer: &Party{Name: "Bob Example", Account: "PL39222222220000000012345678"}, Title: "contract 1001", Line: 7, PostingID: 51, OpenedAt: noon}
	itemDecisionExample = ItemDecision{Item: Item{ID: itemExample.ID, Amount: itemExample.Amount, State: "POSTED", Reason: "UNKNOWN_IBAN",
		Status: "ASSIGNED", Line: 7, PostingID: 51, OpenedAt: noon, DecidedAt: &later, DecidedBy: "V-Example-Backend",
		Decision: "the payer named the contract in the title", ResolutionID: 60}}
	approvalExample = Approval{ID: "0190a5d4-a2b3-7c4d-8e5f-6a7b8c9d0e15", Action: "file.execute", Object: fileExample.ID,
		Summary: "execute 20261120.pli: 3 records", Status: "PENDING", RequestedBy: "V-Example-Backend", RequestedAt: noon}

	fileExample = TransactionFile{ID: "0190a5d4-b000-7d1e-9f2a-3b4c5d6e7f16", Name: "20261120.pli", MasterAccountID: "0190a5d4-6e00-7a1b-8c2d-3e4f5a6b7c17",
		Status: "Validated", SHA256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", Bytes: 1024, Acceptance: "STRICT",
		Totals:     Totals{Records: 3, Encoding: "windows-1250", ByDirection: map[string]Sum{"credit": {3, 37035}}},
		UploadedBy: "V-Example-Backend", UploadedAt: noon, ValidatedAt: &later}
	fileStateExample = FileState{TransactionFile: fileExample, Progress: Progress{Stage: "Validated", Done: 0, Total: 3}, Outcomes: map[string]Sum{}}
	findingExample   = Finding{Code: "record.amount_format", Severity: "ERROR", Line: 2, Field: 3, Value: "123.45", From: 13, To: 19,
		Message: "The amount must be grosze in digits only, without point, comma or blanks: “123.45”.", Record: "110,20261120,123.45,22222222,0,..."}

	simulatedExample = SimulatedTransfers{Effect: "PLAIN", Findings: []Finding{}, FileState: FileState{TransactionFile: simulatedFileExample,
		Progress: Progress{Stage: "Executed", Done: 1, Total: 1}, Outcomes: map[string]Sum{"CREDITED": {1, 12345}, "POSTINGS": {1, 12345}}}}
	simulatedFileExample = TransactionFile{ID: "0190a5d4-b100-7d1e-9f2a-3b4c5d6e7f18", Name: "sandbox-0190a5d4-b100-7d1e-9f2a-3b4c5d6e7f17.pli",
		MasterAccountID: fileExample.MasterAccountID, Status: "Executed", SHA256: fileExample.SHA256, Bytes: 212, Acceptance: "STRICT",
		Totals:     Totals{Records: 1, Encoding: "windows-1250", ByDirection: map[string]Sum{"credit": {1, 12345}}},
		UploadedBy: "sandbox for V-Example-Backend", UploadedAt: noon, ValidatedAt: &noon, ExecutedBy: "sandbox for V-Example-Backend", ExecutingAt: &noon, ExecutedAt: &noon}

	callerExample = Caller{CustomerID: 1, CN: "V-Example-Backend", Permissions: []string{"users:read", "money:post"},
		Certificate: CallerCertificate{Serial: "9f86d081884c7d659a2feaa0c55ad015", NotBefore: noon, NotAfter: noon.AddDate(0, 0, 20), DaysLeft: 20},
		Warnings:    []Warning{{"certificate-expires-soon", "the certificate ends on 2026-12-10, in 20 days: have a new request signed"}}}
	healthExample = Health{Status: "ok", Version: "1.0.0"}
)

// listOf is the example of a page.
func listOf(elements ...any) map[string]any {
	return map[string]any{"items": elements, "nextCursor": "AQEBkKXUfhx8xKOoLxteHZwQ"}
}

// cancelledTransferExample is transferExample, taken back.
var cancelledTransferExample = func(t Transfer) Transfer {
	t.Status, t.Reason, t.UpdatedAt = "CANCELLED", &web.Reason{Code: string(bank.ReasonWithdrawn), Text: bank.ReasonWithdrawn.Text("en")}, later
	return t
}(transferExample)

// facts is what a caller sends to have such an end user.
func (u User) facts() UserFacts { return u.UserFacts }

// facts is what a caller sends to have such a block.
func (b Block) facts() BlockFacts {
	return BlockFacts{Kind: b.Kind, Direction: b.Direction, Reference: b.Reference}
}
