package files

import (
	"ims/bankfile"
	"ims/internal/bank"
	"ims/pli"
)

// recordPart is what of a record a finding of ours is about, whatever the format calls it.
type recordPart int

const (
	partWhole recordPart = iota
	partAmount
	partPayer
	partPayee
	partTitle
)

// place is where a format keeps a part: the number of a field, or the name of an element.
type place struct {
	field   int
	element string
}

var places = map[string]map[recordPart]place{
	bank.FormatPLI:     {partAmount: {field: 3}, partPayer: {field: 6}, partPayee: {field: 7}, partTitle: {field: 12}},
	bank.FormatCamt053: camtPlaces,
	bank.FormatCamt054: camtPlaces,
	bank.FormatMT940:   mtPlaces,
	bank.FormatMT942:   mtPlaces,
}

var (
	camtPlaces = map[recordPart]place{partWhole: {element: "TxDtls"}, partAmount: {element: "TxDtls/Amt"}, partPayer: {element: "TxDtls/RltdPties/DbtrAcct"},
		partPayee: {element: "TxDtls/RltdPties/CdtrAcct"}, partTitle: {element: "TxDtls/RmtInf"}}
	mtPlaces = map[recordPart]place{partAmount: {element: ":61:"}, partPayer: {element: ":86:"}, partPayee: {element: ":86:"}, partTitle: {element: ":86:"}}
)

// finding is a finding of ours about a part of a record.
func (v *validation) finding(code bankfile.Code, severity bankfile.Severity, line uint32, part recordPart) bankfile.Finding {
	at := places[v.account.Format][part]
	return bankfile.Finding{Code: code, Severity: severity, Line: int(line), Field: at.field, Element: at.element}
}

// fieldName is how people call the place of a finding; "" for a whole record.
func fieldName(format string, f bank.FileFinding, lang string) string {
	if f.Field > 0 && format == bank.FormatPLI {
		return pli.FieldName(f.Field, lang)
	}
	return f.Element
}
