package pain

// ReasonCode is a code by which banks say why an order was refused or a payment came back, in words.
type ReasonCode struct{ Code, English, Polish string }

// reasonCodes are those of ISO 20022 (external code lists of status and return reasons) that a payer's side meets, in the
// order of their codes. The words are ours.
var reasonCodes = [...]ReasonCode{
	{"AC01", "The number of the account is wrong.", "Numer rachunku jest błędny."},
	{"AC02", "The payer's account is wrong.", "Rachunek płatnika jest błędny."},
	{"AC03", "The payee's account is wrong.", "Rachunek odbiorcy jest błędny."},
	{"AC04", "The account is closed.", "Rachunek jest zamknięty."},
	{"AC06", "The account is blocked.", "Rachunek jest zablokowany."},
	{"AG01", "Transfers of this kind are not allowed on the account.", "Takie przelewy są na tym rachunku niedozwolone."},
	{"AG02", "The bank does not know this kind of transfer.", "Bank nie zna takiego rodzaju przelewu."},
	{"AM01", "The amount is zero.", "Kwota wynosi zero."},
	{"AM02", "The amount is not allowed.", "Taka kwota jest niedozwolona."},
	{"AM03", "The currency is not allowed.", "Taka waluta jest niedozwolona."},
	{"AM04", "There was not enough money on the account.", "Na rachunku zabrakło środków."},
	{"AM05", "The bank takes it for a duplicate.", "Bank uważa to za duplikat."},
	{"AM07", "The amount is blocked by an authority.", "Kwotę zablokował organ władzy."},
	{"AM09", "The amount is not the one agreed.", "Kwota jest inna niż uzgodniona."},
	{"AM10", "The control sum is not that of the amounts.", "Suma kontrolna nie zgadza się z kwotami."},
	{"AM18", "The number of orders is not the one stated.", "Liczba zleceń jest inna niż podana."},
	{"BE01", "Name and account do not belong together.", "Nazwa i rachunek do siebie nie pasują."},
	{"BE04", "The payee's address is missing or wrong.", "Brak adresu odbiorcy lub jest on błędny."},
	{"BE05", "The bank does not know who sent the orders.", "Bank nie zna nadawcy zleceń."},
	{"BE06", "The bank does not know the account holder.", "Bank nie zna posiadacza rachunku."},
	{"BE07", "The payer's address is missing or wrong.", "Brak adresu płatnika lub jest on błędny."},
	{"CH03", "The requested day is too far ahead.", "Żądany dzień jest zbyt odległy."},
	{"CNOR", "The payee's bank cannot be reached by this kind of transfer.", "Bank odbiorcy nie jest osiągalny takim przelewem."},
	{"CURR", "The currency is wrong.", "Waluta jest błędna."},
	{"CUST", "The customer of the bank wished it.", "Życzył sobie tego klient banku."},
	{"DT01", "The date is wrong.", "Data jest błędna."},
	{"DU01", "The identifier of the message was used before.", "Identyfikator komunikatu był już użyty."},
	{"DU02", "The identifier of the section was used before.", "Identyfikator sekcji był już użyty."},
	{"DU03", "The transaction was sent before.", "Transakcję wysłano już wcześniej."},
	{"DU04", "The identifier of the order was used before.", "Identyfikator zlecenia był już użyty."},
	{"DUPL", "The payment was made already.", "Płatność została już wykonana."},
	{"ED05", "Settlement between the banks failed.", "Rozliczenie między bankami nie powiodło się."},
	{"FF01", "The form of the file is wrong.", "Format pliku jest błędny."},
	{"FOCR", "It follows a request to cancel.", "Jest to następstwo prośby o anulowanie."},
	{"FRAD", "Fraud is suspected.", "Istnieje podejrzenie oszustwa."},
	{"MD07", "The account holder has died.", "Posiadacz rachunku nie żyje."},
	{"MS02", "The payee gives no reason.", "Odbiorca nie podał przyczyny."},
	{"MS03", "The bank gives no reason.", "Bank nie podał przyczyny."},
	{"NARR", "The reason is given in words.", "Przyczynę podano słownie."},
	{"RC01", "The number of the bank is wrong.", "Numer banku jest błędny."},
	{"RC04", "The number of the payee's bank is wrong.", "Numer banku odbiorcy jest błędny."},
	{"RF01", "The reference is not unique.", "Referencja nie jest niepowtarzalna."},
	{"RR01", "By law the payer's account or identification is needed.", "Przepisy wymagają rachunku lub identyfikatora płatnika."},
	{"RR02", "By law the payer's name or address is needed.", "Przepisy wymagają nazwy lub adresu płatnika."},
	{"RR03", "By law the payee's name or address is needed.", "Przepisy wymagają nazwy lub adresu odbiorcy."},
	{"RR04", "The law forbids it.", "Zabraniają tego przepisy."},
	{"SL01", "A service of the payer's bank stopped it.", "Zatrzymała to usługa banku płatnika."},
	{"SL02", "A service of the payee's bank stopped it.", "Zatrzymała to usługa banku odbiorcy."},
	{"TECH", "The bank had a technical problem.", "Bank miał problem techniczny."},
	{"TM01", "It came after the cut-off time.", "Wpłynęło po godzinie granicznej."},
	{"UPAY", "The payment was not due.", "Płatność była nienależna."},
}

// ReasonCodes returns all codes that are known, in their order. The slice is the caller's own.
func ReasonCodes() []ReasonCode { return append([]ReasonCode(nil), reasonCodes[:]...) }

// ReasonText returns what a code means in "pl", or in English for any other language, and whether it is known. Not every
// text is for everybody: who may learn of a block, a law or a suspicion is decided by the caller.
func ReasonText(code, lang string) (string, bool) {
	for _, r := range reasonCodes {
		switch {
		case r.Code != code:
		case lang == "pl":
			return r.Polish, true
		default:
			return r.English, true
		}
	}
	return "", false
}
