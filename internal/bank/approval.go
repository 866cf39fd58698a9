package bank

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// ApprovalStatus is the life of an approval.
type ApprovalStatus string

// The statuses of approvals.
const (
	ApprovalPending  ApprovalStatus = "PENDING"
	ApprovalApproved ApprovalStatus = "APPROVED"
	ApprovalRejected ApprovalStatus = "REJECTED"
	ApprovalUsed     ApprovalStatus = "USED"
)

// Approval is a request for a second person, bound to the exact content they see.
type Approval struct {
	Customer    CustomerID
	ID          ID
	Action      string // file.execute, item.assign, ...
	Object      string // what it is about
	Digest      [32]byte
	Summary     string // what the second person reads, in English
	Content     string // what exactly is approved, as ApprovalContent writes it; empty where it was asked for before there was one
	Barred      string // who may neither approve nor carry it out, besides who asked: the uploader of a file; empty: nobody
	Status      ApprovalStatus
	RequestedBy string
	RequestedAt time.Time
	DecidedBy   string
	DecidedAt   time.Time
	Reason      string
}

// ApprovalPermission is what the second person must be allowed for an action: executing files and keeping order files, deciding
// items, ordering transfers, or else changing the customer.
func ApprovalPermission(action string) Permission {
	noun, _, _ := strings.Cut(action, ".")
	switch noun {
	case "file", "files", "order-file":
		return PermFilesExecute
	case "item", "items":
		return PermItemsDecide
	case "transfer":
		return PermTransfersOrder
	}
	return PermCustomerWrite
}

// contentVersion is the form of what approvals hold. Whoever changes that form in a way that an older one cannot be read as it
// counts it up; an approval of another version is carried out by asking for the same once more.
const contentVersion = 1

type approvalContent struct {
	Version int             `json:"version"`
	Content json.RawMessage `json:"content"`
}

// ApprovalContent writes what exactly an approval is about, for people of every language and for carrying it out. v is a struct
// of texts, numbers and flags of the room that asks.
func ApprovalContent(v any) string {
	inner, err := json.Marshal(v)
	if err == nil {
		inner, err = json.Marshal(approvalContent{contentVersion, inner})
	}
	if err != nil {
		panic(fmt.Sprintf("bank: content of an approval: %v", err)) // structs of texts, numbers and flags always marshal
	}
	return string(inner)
}

// Read reads the content of an approval into a pointer to the struct that it was written from; false where it has none, or one
// of another version.
func (a Approval) Read(into any) bool {
	var c approvalContent
	return a.Content != "" && json.Unmarshal([]byte(a.Content), &c) == nil && c.Version == contentVersion && json.Unmarshal(c.Content, into) == nil
}

// MayApprove tells whether a person is one who may approve it, permissions aside: neither who asked nor who is barred.
func (a Approval) MayApprove(name string) bool { return name != a.RequestedBy && name != a.Barred }
