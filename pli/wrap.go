package pli

import (
	"errors"
	"strings"
)

// errTooLong means that a text does not fit into four lines of 35 characters.
var errTooLong = errors.New("does not fit into 4 lines of 35 characters")

// wrap cuts a text into at most four lines of at most 35 characters such that join makes the same text
// of them again. A line shorter than 35 characters stands for its text and a blank, one of exactly 35
// runs on: so lines are broken at blanks and kept below 35, and only a word that would not fit on a
// line of its own is cut hard, at 35 exactly. Where that needs too many lines, the text is cut at every
// 35th character without regard to words. The text is clean: no outer and no double blanks.
func wrap(s string) ([]string, error) {
	text := []rune(s)
	if lines, ok := wrapWords(text); ok {
		return lines, nil
	}
	return wrapHard(text)
}

func wrapWords(text []rune) (lines []string, ok bool) {
	for len(text) > 0 {
		if len(lines) == mostTextLines {
			return nil, false
		}
		n, next := lineLength(text)
		lines = append(lines, string(text[:n]))
		text = text[next:]
	}
	return lines, true
}

// lineLength returns how much of text the next line holds and where the one after begins.
func lineLength(text []rune) (n, next int) {
	if len(text) <= longestTextLine {
		return len(text), len(text)
	}
	word := 0 // where the word that crosses the line's end begins
	for i := longestTextLine - 1; i > 0 && word == 0; i-- {
		if text[i] == ' ' {
			word = i + 1
		}
	}
	if word > 0 && wordEnd(text, word)-word < longestTextLine {
		return word - 1, word
	}
	return longestTextLine, longestTextLine
}

func wordEnd(text []rune, i int) int {
	for i < len(text) && text[i] != ' ' {
		i++
	}
	return i
}

// wrapHard cuts at every 35th character. A blank may then begin or end a line.
func wrapHard(text []rune) (lines []string, err error) {
	for len(text) > longestTextLine {
		lines = append(lines, string(text[:longestTextLine]))
		text = text[longestTextLine:]
	}
	if lines = append(lines, string(text)); len(lines) > mostTextLines {
		return nil, errTooLong
	}
	return lines, nil
}

// wrapTags cuts a structured title, whose lines are joined without blanks, so that no tag is split and,
// since banks trim lines, no line begins or ends in a blank; if that needs too many lines, anywhere.
func wrapTags(s string) ([]string, error) {
	text := []rune(s)
	var lines []string
	for rest := text; len(lines) < mostTextLines; {
		n := tagCut(rest)
		lines = append(lines, string(rest[:n]))
		if rest = rest[n:]; len(rest) == 0 {
			return lines, nil
		}
	}
	return wrapHard(text)
}

// tagCut returns how much of text the next line holds.
func tagCut(text []rune) int {
	if len(text) <= longestTextLine {
		return len(text)
	}
	for n := longestTextLine; n > 1; n-- {
		if goodCut(text, n) {
			return n
		}
	}
	return longestTextLine
}

func goodCut(text []rune, n int) bool {
	if text[n-1] == ' ' || text[n] == ' ' {
		return false
	}
	around := string(text[max(0, n-4):min(len(text), n+4)])
	cut := len(string(text[max(0, n-4):n]))
	for _, tag := range [...]string{"/VAT/", "/IDC/", "/INV/", "/TXT/", "/OKR/", "/SFP/", "/TI/", "/IDP/", "/TYT/", "/NIP/"} {
		if i := strings.Index(around, tag); i >= 0 && i < cut && cut < i+len(tag) {
			return false
		}
	}
	return true
}
