package names

// Titles, folded: how people are addressed and what they achieved. They are no part of a name.
var (
	titlesBefore = phrasesOf("mr", "mrs", "ms", "miss", "mx", "sir", "dame", "lady", "lord", "rev", "reverend", "dr", "drs", "doctor", "prof",
		"professor", "pan", "pani", "panstwo", "panna", "mgr", "mag", "inz", "ing", "dipl", "dipl ing", "dipl inz", "lek", "lek med", "n med",
		"hab", "ks", "mec", "herr", "frau", "hr", "fr", "hrn", "monsieur", "madame", "mademoiselle", "mme", "mlle", "maitre", "sig", "sig ra",
		"signor", "signora", "signorina", "dott", "dott ssa", "avv", "sr", "sra", "srta", "senor", "senora", "senorita", "don", "dona",
		"senhor", "senhora", "dhr", "mevr", "mevrouw", "de heer", "meneer", "fru", "frk", "froken", "pane", "bc", "judr", "mudr", "mvdr",
		"rndr", "phdr", "ir", "dl", "dna", "domnul", "doamna", "bay", "bayan", "sayin", "kyrios", "kyria", "κ", "κα", "г н", "г жа")
	titlesBehind = phrasesOf("phd", "ph d", "dphil", "mba", "msc", "bsc", "ba", "ma", "md", "dds", "esq", "csc", "drsc", "llm", "llb",
		"ing", "bc", "ur", "urfi", "bey", "hanim")
)

// withoutTitles takes titles from both ends of a person's name; so many words are left at least.
func withoutTitles(words []word, least int) []word {
	for n := 1; n > 0; words = words[n:] {
		n, _ = titlesBefore.front(words, least)
	}
	for n := 1; n > 0; words = words[:len(words)-n] {
		n, _ = titlesBehind.back(words, least)
	}
	return words
}
