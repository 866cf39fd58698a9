package camt

import "strings"

// field is what an element means to us, wherever a version puts it.
type field uint8

// Elements that structure a message, then those whose text is a value.
const (
	none field = iota
	anEnvelope
	aDocument
	aMessage
	aHeader
	aStatement
	aBalance
	aSummary
	anEntry
	theDetails
	aDetail
	aReturn // also a value: that the element is there

	accountIBAN
	accountOther
	statementID
	balanceType
	amount
	amountCurrency
	txAmount // of AmtDtls
	txAmountCurrency
	charges
	mark
	reversal
	status
	bookingDate
	valueDate
	serviceReference
	endToEnd
	transactionID
	batchCount
	codeDomain
	codeFamily
	codeSubFamily
	codeOwn
	payerName
	payeeName
	payerUltimate
	payeeUltimate
	payerIBAN
	payerOther
	payeeIBAN
	payeeOther
	remittance
	creditorReference
	information
	returnReason

	fields
)

// joined are the fields that may stand several times: their texts are joined. Of references in several invoices the first
// is as good as any. Every other field that stands twice with different texts makes the record unreadable.
var joined = [fields]bool{remittance: true, creditorReference: true, information: true, charges: true, batchCount: true}

// fieldNames are what findings call the fields that may stand once.
var fieldNames = nameFields(statementPaths, detailPaths)

func nameFields(tables ...map[string]field) (names [fields]string) {
	for _, paths := range tables {
		for path, f := range paths {
			if names[f] == "" || len(path) < len(names[f]) || len(path) == len(names[f]) && path < names[f] {
				names[f] = path
			}
		}
	}
	return names
}

// node is a place in a message.
type node struct {
	name       string
	field      field
	currencyOf field // takes the attribute Ccy
	children   map[string]*node
}

// messages are the first elements of a Document that we know: what the message is called and the element of one account
// in it. Those without one cannot be read; their names tell the user what the file is.
var messages = map[string]struct{ name, statement string }{
	"BkToCstmrStmt":         {"camt.053", "Stmt"},
	"BkToCstmrDbtCdtNtfctn": {"camt.054", "Ntfctn"},
	"BkToCstmrAcctRpt":      {"camt.052", ""},
	"CstmrCdtTrfInitn":      {"pain", ""},
	"CstmrPmtStsRpt":        {"pain.002", ""},
	"CstmrDrctDbtInitn":     {"pain.008", ""},
	"pain.001.001.02":       {"pain", ""}, // the first versions were called by their numbers
	"FIToFICstmrCdtTrf":     {"pacs.008", ""},
}

var statementPaths = map[string]field{
	"Id":                              statementID,
	"Acct/Id/IBAN":                    accountIBAN,
	"Acct/Id/Othr/Id":                 accountOther,
	"Bal":                             aBalance,
	"Bal/Tp/CdOrPrtry/Cd":             balanceType,
	"Bal/Amt":                         amount,
	"Bal/Amt@Ccy":                     amountCurrency,
	"Bal/CdtDbtInd":                   mark,
	"TxsSummry":                       aSummary,
	"Ntry":                            anEntry,
	"Ntry/Amt":                        amount,
	"Ntry/Amt@Ccy":                    amountCurrency,
	"Ntry/CdtDbtInd":                  mark,
	"Ntry/RvslInd":                    reversal,
	"Ntry/Sts":                        status, // 02 and 04
	"Ntry/Sts/Cd":                     status, // 08
	"Ntry/Sts/Prtry":                  status,
	"Ntry/BookgDt/Dt":                 bookingDate,
	"Ntry/BookgDt/DtTm":               bookingDate,
	"Ntry/ValDt/Dt":                   valueDate,
	"Ntry/ValDt/DtTm":                 valueDate,
	"Ntry/AcctSvcrRef":                serviceReference,
	"Ntry/AddtlNtryInf":               information,
	"Ntry/NtryDtls":                   theDetails,
	"Ntry/NtryDtls/TxDtls":            aDetail,
	"Ntry/Chrgs/Amt":                  charges, // 02
	"Ntry/Chrgs/Rcrd/Amt":             charges,
	"Ntry/BkTxCd/Domn/Cd":             codeDomain,
	"Ntry/BkTxCd/Prtry/Cd":            codeOwn,
	"Ntry/NtryDtls/Btch/NbOfTxs":      batchCount,
	"Ntry/BkTxCd/Domn/Fmly/Cd":        codeFamily,
	"Ntry/BkTxCd/Domn/Fmly/SubFmlyCd": codeSubFamily,
}

// detailPaths are those of a TxDtls. A party stands by itself in 02 and 04 and below Pty, or Agt, in 08.
var detailPaths = map[string]field{
	"Refs/AcctSvcrRef":                 serviceReference,
	"Refs/EndToEndId":                  endToEnd,
	"Refs/TxId":                        transactionID,
	"Amt":                              amount,
	"Amt@Ccy":                          amountCurrency,
	"AmtDtls/TxAmt/Amt":                txAmount,
	"AmtDtls/TxAmt/Amt@Ccy":            txAmountCurrency,
	"Chrgs/Amt":                        charges,
	"Chrgs/Rcrd/Amt":                   charges,
	"CdtDbtInd":                        mark,
	"BkTxCd/Domn/Cd":                   codeDomain,
	"BkTxCd/Domn/Fmly/Cd":              codeFamily,
	"BkTxCd/Domn/Fmly/SubFmlyCd":       codeSubFamily,
	"BkTxCd/Prtry/Cd":                  codeOwn,
	"RltdPties/Dbtr/Nm":                payerName,
	"RltdPties/Dbtr/Pty/Nm":            payerName,
	"RltdPties/Dbtr/Agt/FinInstnId/Nm": payerName,
	"RltdPties/Cdtr/Nm":                payeeName,
	"RltdPties/Cdtr/Pty/Nm":            payeeName,
	"RltdPties/Cdtr/Agt/FinInstnId/Nm": payeeName,
	"RltdPties/UltmtDbtr/Nm":           payerUltimate,
	"RltdPties/UltmtDbtr/Pty/Nm":       payerUltimate,
	"RltdPties/UltmtCdtr/Nm":           payeeUltimate,
	"RltdPties/UltmtCdtr/Pty/Nm":       payeeUltimate,
	"RltdPties/DbtrAcct/Id/IBAN":       payerIBAN,
	"RltdPties/DbtrAcct/Id/Othr/Id":    payerOther,
	"RltdPties/CdtrAcct/Id/IBAN":       payeeIBAN,
	"RltdPties/CdtrAcct/Id/Othr/Id":    payeeOther,
	"RmtInf/Ustrd":                     remittance,
	"RmtInf/Strd/CdtrRefInf/Ref":       creditorReference,
	"RtrInf":                           aReturn,
	"RtrInf/Rsn/Cd":                    returnReason,
	"RtrInf/Rsn/Prtry":                 returnReason,
	"AddtlTxInf":                       information,
}

// root is the place before the first element.
var root = newRoot()

// newRoot builds the tree of all messages. A bank may wrap the Document into an envelope of its own.
func newRoot() *node {
	document := &node{name: "Document", field: aDocument}
	for name, m := range messages {
		n := document.at(name)
		n.field, n.name = aMessage, m.name
		if m.statement != "" {
			n.at("GrpHdr").field = aHeader
			n.at(m.statement).grow(aStatement, statementPaths).at("Ntry").at("NtryDtls").at("TxDtls").grow(aDetail, detailPaths)
		}
	}
	envelope := &node{field: anEnvelope, children: map[string]*node{"Document": document}}
	return &node{field: anEnvelope, children: map[string]*node{"Document": document, "": envelope}}
}

// at returns the place with a path below n and makes it where it is new.
func (n *node) at(path string) *node {
	for name := range strings.SplitSeq(path, "/") {
		if n.children == nil {
			n.children = map[string]*node{}
		}
		if n.children[name] == nil {
			n.children[name] = &node{name: name}
		}
		n = n.children[name]
	}
	return n
}

func (n *node) grow(f field, paths map[string]field) *node {
	n.field = f
	for path, f := range paths {
		if path, currency := strings.CutSuffix(path, "@Ccy"); currency {
			n.at(path).currencyOf = f
		} else {
			n.at(path).field = f
		}
	}
	return n
}
