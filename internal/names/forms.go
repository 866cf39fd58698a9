package names

import "strings"

// forms of companies, folded: what they are called in short, and how else they are written. Those with the same short name
// in several countries are one, as nobody who pays knows the difference.
var forms = map[string]string{
	// Poland
	"spzoo": "sp z o o, sp z oo, sp zoo, spolka z o o, spolka z oo, spolka z ograniczona odpowiedzialnoscia, z o o, z oo",
	"sa":    "s a, spolka akcyjna, societe anonyme, sociedad anonima, sociedade anonima, societate pe actiuni, anonymi etaireia, αε, α ε, ανωνυμη εταιρεια, ae, a e",
	"psa":   "p s a, prosta spolka akcyjna",
	"spk":   "sp k, sp komandytowa, spolka komandytowa",
	"spj":   "sp j, spolka jawna",
	"spp":   "sp p, spolka partnerska",
	"ska":   "s k a, spolka komandytowo akcyjna",
	"sc":    "s c, spolka cywilna",
	// Germany, Austria, Switzerland
	"gmbh":  "g m b h, mbh, gesmbh, ges m b h, gesellschaft mit beschrankter haftung",
	"ggmbh": "gemeinnutzige gmbh",
	"ag":    "a g, aktiengesellschaft",
	"kg":    "k g, kommanditgesellschaft, & co kg, co kg",
	"kgaa":  "kommanditgesellschaft auf aktien",
	"ohg":   "o h g, offene handelsgesellschaft",
	"ug":    "ug haftungsbeschrankt, unternehmergesellschaft, unternehmergesellschaft haftungsbeschrankt",
	"gbr":   "gesellschaft burgerlichen rechts",
	"ev":    "e v, eingetragener verein",
	"eg":    "e g, eingetragene genossenschaft",
	"ek":    "e k, e kfm, e kfr",
	// France, Belgium, Luxembourg, Netherlands
	"sarl": "s a r l, societe a responsabilite limitee",
	"sas":  "s a s, societe par actions simplifiee",
	"sasu": "s a s u",
	"eurl": "e u r l",
	"snc":  "s n c, societe en nom collectif, societa in nome collettivo",
	"sci":  "s c i, societe civile immobiliere",
	"sprl": "s p r l",
	"asbl": "a s b l",
	"vzw":  "v z w",
	"bv":   "b v, besloten vennootschap",
	"bvba": "b v b a",
	"nv":   "n v, naamloze vennootschap",
	"vof":  "v o f",
	"cv":   "c v",
	// Italy, Spain, Portugal, Mexico
	"srl":  "s r l, societa a responsabilita limitata, societate cu raspundere limitata",
	"srls": "s r l s",
	"spa":  "s p a, societa per azioni",
	"sagl": "s a g l",
	"sl":   "s l, sociedad limitada",
	"slu":  "s l u, sociedad limitada unipersonal",
	"lda":  "limitada, ld a",
	"sacv": "sa de cv, s a de c v, sociedad anonima de capital variable",
	"rlcv": "s de rl de cv, s de r l de c v",
	// United Kingdom, Ireland, North America, Australia, South Africa, Asia
	"ltd":   "limited, l t d, co ltd, company limited, co limited",
	"ptltd": "pty ltd, pty limited, proprietary limited",
	"plc":   "p l c, public limited company",
	"llp":   "l l p, limited liability partnership",
	"lp":    "l p, limited partnership",
	"dac":   "d a c, designated activity company",
	"clg":   "company limited by guarantee",
	"inc":   "incorporated, i n c",
	"corp":  "corporation",
	"llc":   "l l c, limited liability company",
	"co":    "company",
	"kk":    "k k, kabushiki kaisha",
	"gk":    "godo kaisha",
	// Czechia, Slovakia, Hungary, Romania, Bulgaria, Croatia, Slovenia, Greece, Turkey
	"sro":  "s r o, spol s r o, spolecnost s rucenim omezenym, spolocnost s rucenim obmedzenym",
	"as":   "a s, akciova spolecnost, akciova spolocnost, aktieselskab, aksjeselskap, aktsiaselts, anonim sirketi, anonim sirket",
	"vos":  "v o s, verejna obchodni spolecnost",
	"ks":   "k s, komanditni spolecnost, kommanditselskab",
	"zs":   "z s, zapsany spolek",
	"kft":  "korlatolt felelossegu tarsasag",
	"zrt":  "zartkoruen mukodo reszvenytarsasag",
	"nyrt": "nyilvanosan mukodo reszvenytarsasag",
	"bt":   "beteti tarsasag",
	"pfa":  "persoana fizica autorizata",
	"ood":  "o o d, оод",
	"eood": "e o o d, еоод",
	"ad":   "a d, ад",
	"doo":  "d o o, druzba z omejeno odgovornostjo, drustvo s ogranicenom odgovornoscu",
	"jdoo": "j d o o",
	"dd":   "d d, dionicko drustvo, delniska druzba",
	"epe":  "e p e, επε, ε π ε",
	"ike":  "i k e, ικε, ι κ ε",
	"sti":  "ltd sti, limited sirketi",
	// Nordic and Baltic countries
	"aps":  "a p s, anpartsselskab",
	"is":   "i s, interessentskab",
	"asa":  "a s a, allmennaksjeselskap",
	"ans":  "ansvarlig selskap",
	"ab":   "a b, aktiebolag",
	"abp":  "publikt aktiebolag",
	"hb":   "handelsbolag",
	"oy":   "osakeyhtio",
	"oyj":  "julkinen osakeyhtio",
	"ky":   "kommandiittiyhtio",
	"ou":   "o u, osauhing",
	"sia":  "sabiedriba ar ierobezotu atbildibu",
	"uab":  "uzdaroji akcine bendrove",
	"mb":   "mazoji bendrija",
	"ehf":  "einkahlutafelag",
	"hf":   "hlutafelag",
	"se":   "s e, societas europaea",
	"sce":  "societas cooperativa europaea",
	"eeig": "european economic interest grouping",
}

// formsBefore stand before the name: Estonian, Latvian and Lithuanian ones, trading styles of Polish ones, and what is
// written out.
var (
	formsBehind = formPhrases(nil)
	formsBefore = formPhrases(setOf("ou", "as", "sia", "uab", "mb", "spzoo", "spk", "spj", "sc", "ska", "psa", "oy", "ab", "sarl", "sas",
		"sci", "snc", "srl", "bv", "nv"))
)

// formPhrases are all spellings of the forms in a list, or of all.
func formPhrases(only map[string]bool) phrases {
	p := phrases{}
	for short, list := range forms {
		if only != nil && !only[short] {
			continue
		}
		p[short] = short
		for long := range strings.SplitSeq(list, ", ") {
			p[long] = short
		}
	}
	return p
}
