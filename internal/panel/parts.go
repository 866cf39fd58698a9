package panel

import (
	"strings"

	"github.com/a-h/templ"

	"ims/internal/bank"
)

// step is a page above this one.
type step struct{ name, href string }

// tab is one of several pages of an object.
type tab struct{ name, href string }

// fact is one thing that is known of an object.
type fact struct {
	name  string
	value templ.Component
}

// choice is one option of a select.
type choice struct{ value, name string }

// field is one field of a form.
type field struct {
	name, label, value string
	kind               string // type of the input; "" is text
	hint, fault        string
	complete           string // autocomplete
	required, focus    bool
	plain              bool // no word about being optional, as for filters
	limit              int  // characters; 0: none
	choices            []choice
}

func (f field) id() string { return "field-" + f.name }

// attributes are those that depend on the field; an error and a hint are tied to it.
func (f field) attributes() templ.Attributes {
	a := templ.Attributes{"required": f.required, "autofocus": f.focus}
	if f.choices == nil {
		a["type"] = "text"
		if f.kind != "" {
			a["type"] = f.kind
		}
	}
	if f.complete != "" {
		a["autocomplete"] = f.complete
	}
	if f.limit > 0 {
		a["maxlength"] = f.limit
	}
	described := ""
	if f.hint != "" {
		described = f.id() + "-hint"
	}
	if f.fault != "" {
		described += " " + f.id() + "-fault"
		a["aria-invalid"] = "true"
	}
	if described != "" {
		a["aria-describedby"] = strings.TrimSpace(described)
	}
	return a
}

// ask is an action that wants to be confirmed.
type ask struct {
	title, text  string
	action, back string // where the form goes, and where *Cancel does
	button       string
	danger       bool
	fields       templ.Component // more of the form, as a reason; nil: none
	fault        string          // what was wrong with it when it was sent
}

// faults are what a refused form says of its fields, by their names. The second value is what it says of the whole, where no
// field is named. An error that is not about a form comes back.
func (v *visit) faults(err error) (map[string]string, string, error) {
	e, ok := bank.AsError(err)
	if !ok || e.Kind != bank.Invalid && e.Kind != bank.Conflict {
		return nil, "", err
	}
	byField := map[string]string{}
	for _, f := range e.Fields {
		byField[pointerName(f.Pointer)] = asSentence(v.fieldDetail(f))
	}
	if len(byField) == 0 {
		return byField, v.sentence(e), nil
	}
	return byField, v.T("form.wrong"), nil
}

// asSentence begins a text with a capital where its first word is one of plain letters, so no address or identifier.
func asSentence(text string) string {
	first, _, _ := strings.Cut(text, " ")
	if first == "" || strings.Trim(first, "abcdefghijklmnopqrstuvwxyz") != "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

func pointerName(pointer string) string {
	if pointer != "" && pointer[0] == '/' {
		return pointer[1:]
	}
	return pointer
}

// sentence is what an error says: its title, and the details.
func (v *visit) sentence(e *bank.Error) string {
	title, detail := v.word("error", e.Code), v.detail(e)
	if detail == "" {
		return title
	}
	return title + ": " + detail
}
