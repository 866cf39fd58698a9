package main

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestServerGuide runs the commands of docs/server-api.md in their order, from whoami to a statement, beside a demonstration that
// is served. The others need what a
// demonstration has not: a key to be made, a bank's file, a report that is done, a host to register.
func TestServerGuide(t *testing.T) {
	t.Parallel()
	dir, dsn, balance := demonstrated(t)
	var users []userView
	decode(t, mustIMS(t, "user", "list", "--store", dsn, "-o", "json"), &users)
	var credits []transactionView
	decode(t, mustIMS(t, "transaction", "list", "--type", "CREDIT", "--balance", balance.ID.String(), "--store", dsn, "-o", "json"), &credits)
	s := startService(t, dir)
	var script strings.Builder
	for _, block := range shellBlocks(t, filepath.Join("..", "..", "docs", "server-api.md")) {
		if strings.Contains(block, "$MASTER_ID") || strings.Contains(block, "$REPORT_ID") || strings.HasPrefix(block, "ims domain") || strings.HasPrefix(block, "openssl") {
			continue
		}
		script.WriteString(strings.ReplaceAll(block, "export IMS=https://localhost:8443", "") + "\necho\n")
	}
	said := typed(t, dir, s.api, "USER_ID="+users[0].ID.String()+"\nBALANCE_ID="+balance.ID.String()+"\nIBAN="+balance.IBAN+"\nLAST_ID=1\nTRANSACTION_ID="+strconv.FormatInt(int64(credits[0].ID), 10)+"\n"+script.String())
	if strings.Contains(said, `"requestId":`) {
		t.Errorf("a command of the guide is refused:\n%s", said)
	}
	tells(t, said, `"cn":"V-DemoPay-App"`, `"externalId":"crm-1001"`, `"ibanFormatted":"PL`, `"title":"Bonus November"`, `"type":"REVERSAL"`, `"token":"ims_1_`, `"closing":`)
}
