package main

import (
	"fmt"
	"log/slog"
	"regexp"
	"strings"

	"ims/iban"
)

// What must not stand in a log, whoever wrote the text around it: a driver's error may repeat a value, a caller may choose a
// request id. Names are not among it, as nothing tells them from other words: they are kept out by not being logged.
var (
	secretToken = regexp.MustCompile(`\bims_\d+_[\w-]+|(?i)\b(?:bearer|basic)\s+\S+`)
	mailAddress = regexp.MustCompile(`[^\s"'<>(),;:/=]+@(?:[\pL\pN-]+\.)+\pL{2,}`)
	longNumber  = regexp.MustCompile(`\d(?:[\s\x{a0}]?\d){14,}`) // the digits of most countries' IBANs, and of a Polish account
	anyIBAN     = regexp.MustCompile(`\b[A-Za-z]{2}\d{2}(?:[ \x{a0}]?[A-Za-z0-9]){11,30}\b`)
)

// masked takes out of a text what must not stand in a log, and shows what would move on a terminal as codes.
func masked(text string) string {
	text = visible(strings.ReplaceAll(text, "\t", " "))
	text = secretToken.ReplaceAllString(text, "(secret)")
	text = mailAddress.ReplaceAllString(text, "(e-mail)")
	text = anyIBAN.ReplaceAllStringFunc(text, maskedIBAN)
	return longNumber.ReplaceAllStringFunc(text, func(number string) string { return "…" + number[len(number)-4:] })
}

// maskedIBAN masks the IBAN that a run of words begins with, if there is one.
func maskedIBAN(words string) string {
	plain := strings.ReplaceAll(words, "\u00a0", " ")
	for end := len(plain); end > 0; end = strings.LastIndexByte(plain[:end], ' ') {
		if number, err := iban.ParseWith(plain[:end], iban.Lenient|iban.ISOOnly); err == nil {
			return number.Masked() + masked(plain[end:])
		}
	}
	return words
}

// maskAttribute is the last to see each attribute of a line, its message included; the handlers then quote what is left, so
// that no line of a log can be forged.
func maskAttribute(_ []string, a slog.Attr) slog.Attr {
	switch a.Value.Kind() {
	case slog.KindString:
		return slog.String(a.Key, masked(a.Value.String()))
	case slog.KindAny:
		if _, level := a.Value.Any().(slog.Level); level {
			return a
		}
		return slog.String(a.Key, masked(fmt.Sprint(a.Value.Any())))
	}
	return a
}
