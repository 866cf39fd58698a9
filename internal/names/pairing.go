package names

// grade is how a word of the holder's was found among those the payer gave.
type grade int

const (
	missing  grade = iota
	initial        // only its first letter, or it is one
	mistyped       // but for one slip
	exact
)

// pairing gives each of the holder's words at most one of the payer's.
type pairing struct {
	holder, asked []word
	grades        []grade // of the holder's words
	partner       []int   // of the payer's words: place among the holder's, or -1
}

// pair pairs equal words first, then mistyped ones, as many as can be; then, from the word first on, initials in their order.
func pair(holder, asked []word, first int) *pairing {
	p := &pairing{holder: holder, asked: asked, grades: make([]grade, len(holder)), partner: make([]int, len(asked))}
	for j := range p.partner {
		p.partner[j] = -1
	}
	p.round(exact, word.sameAs)
	p.round(mistyped, word.nearly)
	for i := first; i < len(holder); i++ {
		p.abbreviated(i)
	}
	return p
}

// round pairs as many of the words that are left as fit (a maximum matching by augmenting paths).
func (p *pairing) round(g grade, fit func(a, b word) bool) {
	var free []int // the payer's words that are left
	for j, i := range p.partner {
		if i < 0 {
			free = append(free, j)
		}
	}
	for i := range p.holder {
		if p.grades[i] == missing && p.place(i, fit, free, make([]bool, len(p.asked))) {
			p.grades[i] = g
		}
	}
}

// place finds a word for one of the holder's, and another for whom it was taken from.
func (p *pairing) place(i int, fit func(a, b word) bool, free []int, tried []bool) bool {
	for _, j := range free {
		if tried[j] || !fit(p.holder[i], p.asked[j]) {
			continue
		}
		tried[j] = true
		if p.partner[j] < 0 || p.place(p.partner[j], fit, free, tried) {
			p.partner[j] = i
			return true
		}
	}
	return false
}

func (p *pairing) abbreviated(i int) {
	if p.grades[i] != missing {
		return
	}
	for j, w := range p.asked {
		if p.partner[j] < 0 && w.abbreviates(p.holder[i]) {
			p.partner[j], p.grades[i] = i, initial
			return
		}
	}
}

// extra is how many of the payer's words are not the holder's.
func (p *pairing) extra() (n int) {
	for _, i := range p.partner {
		if i < 0 {
			n++
		}
	}
	return n
}
