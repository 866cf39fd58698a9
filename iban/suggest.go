package iban

// suggestion returns the one number that the input may have meant: the input itself once spaces and small letters are
// put right, or else the only valid result of replacing one character or swapping two neighbours. Where several
// corrections are valid it returns none: guessing an account is worse than asking.
func (e *examination) suggestion(o Option) string {
	if e.index == 0 || e.length != int(e.format.length) {
		return ""
	}
	t := trial{text: e.text, length: e.length, options: o &^ Lenient}
	if t.try() {
		return t.found
	}
	for at := 2; at < e.length && !t.several; at++ {
		t.replace(at)
		t.swap(at)
	}
	if t.several {
		return ""
	}
	return t.found
}

// trial tries corrections of one text.
type trial struct {
	text    [maxLength]byte
	length  int
	options Option
	found   string
	several bool // two different corrections are valid
}

// try keeps the text as it stands now if it is valid.
func (t *trial) try() bool {
	if _, k := scan(t.text[:t.length], t.options); k != faultNone {
		return false
	}
	s := string(t.text[:t.length])
	t.several = t.several || t.found != "" && t.found != s
	t.found = s
	return true
}

func (t *trial) replace(at int) {
	was := t.text[at]
	for c := byte('0'); c <= 'Z'; c++ {
		if c != was && isAlphanumeric(c) {
			t.text[at] = c
			t.try()
		}
	}
	t.text[at] = was
}

func (t *trial) swap(at int) {
	if at+1 >= t.length || t.text[at] == t.text[at+1] {
		return
	}
	t.text[at], t.text[at+1] = t.text[at+1], t.text[at]
	t.try()
	t.text[at], t.text[at+1] = t.text[at+1], t.text[at]
}
