package store

// Exceptions are the tables whose key does not start with customer_id, each with the reason. A test of storetest compares
// this list with the schema of both engines.
var Exceptions = map[string]string{
	"installation":            "facts about the store itself",
	"base_iban_registry":      "no base IBAN may equal, contain or lie in another customer's",
	"certificate_names":       "a CN names its customer before the customer is known",
	"domains":                 "a host belongs to one customer, who is known by it",
	"operators":               "one operator account may work for several customers",
	"operator_credentials":    "an account has one password",
	"operator_recovery_codes": "and one second factor",
	"operator_passkeys":       "or several",
	"goose_db_version":        "the migration library's own",
	"sqlite_sequence":         "SQLite's own",
	"sqlite_stat1":            "SQLite's own",
	"sqlite_stat4":            "SQLite's own",
}
