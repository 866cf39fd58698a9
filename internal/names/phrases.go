package names

import "strings"

// phrases are known words or runs of words, folded, each with what it stands for.
type phrases map[string]string

// phrasesOf are phrases that stand for themselves.
func phrasesOf(list ...string) phrases {
	p := phrases{}
	for _, phrase := range list {
		p[phrase] = phrase
	}
	return p
}

// longest is how many words a phrase has at most.
const longest = 8

// front is how many words at the begin are a phrase, the longest one, and what it stands for; at least so many are left.
func (p phrases) front(words []word, least int) (int, string) {
	for n := min(longest, len(words)-least); n > 0; n-- {
		if meaning, ok := p[phraseOf(words[:n])]; ok {
			return n, meaning
		}
	}
	return 0, ""
}

// back is front at the end.
func (p phrases) back(words []word, least int) (int, string) {
	for n := min(longest, len(words)-least); n > 0; n-- {
		if meaning, ok := p[phraseOf(words[len(words)-n:])]; ok {
			return n, meaning
		}
	}
	return 0, ""
}

func phraseOf(words []word) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.plain)
	}
	return b.String()
}
