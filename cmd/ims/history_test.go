package main

import (
	"strconv"
	"strings"
	"testing"

	"ims/internal/bank"
)

// TestHistoryCommands finds transactions of the demonstration by what people know of them, tells one whole, and takes a credit
// back, once.
func TestHistoryCommands(t *testing.T) {
	t.Parallel()
	_, dsn, balance := demonstrated(t)
	list := func(args ...string) (list []transactionView) {
		t.Helper()
		decode(t, mustIMS(t, append([]string{"transaction", "list", "-o", "json", "--store", dsn}, args...)...), &list)
		return list
	}
	of := balance.ID.String()
	for title, found := range map[string][]transactionView{
		"WYNAGRODZENIE ZA MIESIĄC": list("--title", "wynagrodz", "--balance", of),
		"ZWROT ZA BILETY":          list("--counterparty", "ewa atrapa", "--max-amount", "25050", "--min-amount", "25050"),
		"CZYNSZ":                   list("--type", "INTERNAL_OUT", "--balance", balance.IBAN),
	} {
		if len(found) != 1 || found[0].Title != title {
			t.Errorf("%s: found %+v", title, found)
		}
	}
	all := list("--after", "0", "--limit", "1000")
	if len(all) < 10 || all[0].ID > all[1].ID || len(list("--before", strconv.Itoa(int(all[1].ID)))) != 1 {
		t.Errorf("oldest first: %+v", all)
	}
	credit := list("--type", "CREDIT", "--balance", of)[0]
	number := strconv.FormatInt(int64(credit.ID), 10)
	said := mustIMS(t, "transaction", "reverse", number, "--title", "MISTAKE", "--idempotency-key", "undo", "--store", dsn)
	back := list("--type", "REVERSAL", "--balance", of)
	if len(back) != 1 || back[0].Amount.Amount != -credit.Amount.Amount || !strings.Contains(said, strconv.Itoa(int(back[0].ID))) {
		t.Fatalf("%s: %+v", said, back)
	}
	if again := mustIMS(t, "transaction", "reverse", number, "--title", "MISTAKE", "--idempotency-key", "undo", "--store", dsn); !strings.Contains(again, "done before") {
		t.Error(again)
	}
	if code, _, told := ims(t.Context(), "transaction", "reverse", number, "--store", dsn); code != exitRefused || !strings.Contains(told, "taken back before") {
		t.Errorf("a second time: %d %s", code, told)
	}
	var story storyView
	decode(t, mustIMS(t, "transaction", "show", number, "-o", "json", "--store", dsn), &story)
	if story.ReversedBy != back[0].ID || story.Payer.Kind != bank.KindOwn.String() || story.Payee.Holder != "JAN TESTOWY" || story.OtherSide != credit.ID-1 {
		t.Errorf("the story of what was taken back: %+v", story)
	}
	tells(t, mustIMS(t, "transaction", "show", strconv.Itoa(int(back[0].ID)), "--store", dsn), "takes back", number, "REVERSAL", "MISTAKE")
	mustIMS(t, "verify", "--store", dsn)
}
