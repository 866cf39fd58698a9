// Opens a balance with an IBAN for a new end user, shares it as a QR code, pays a bonus and reads the history; against a
// demonstration (bin/ims demo):
//
//     node build/example/first-iban.js --dir ../../demo
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { each, ImsError, serverClient, value } from "../src/index.js"; // in your program: "ims-sdk"
import { mutualTLS } from "../src/node.js"; // "ims-sdk/node"

const { values: flags } = parseArgs({
  options: { address: { type: "string", default: "https://localhost:8443" }, dir: { type: "string", default: "demo" } },
});
const file = (name: string): Buffer => readFileSync(join(flags.dir, name));
const fetch = mutualTLS({ ca: file("ca.pem"), cert: file("client.pem"), key: file("client.key") });
const ims = serverClient({ address: flags.address, fetch });

console.log("we are", (await value(ims.GET("/secure/whoami"))).cn);

const user = await value(ims.POST("/secure/users", { body: { type: "PERSON", firstName: "Ada", lastName: "Example", kycStatus: "ACCEPTED" } }));
const path = { userId: user.id };
const balance = await value(ims.POST("/secure/users/{userId}/balances", { params: { path }, body: { currency: "PLN" } }));
const accounts = await value(ims.GET("/secure/bank-accounts", { params: { query: { balanceId: balance.id } } }));
const iban = accounts.items[0]?.iban ?? "";
console.log("getIban", iban);

const picture = await value(
  ims.GET("/secure/bank-accounts/{iban}/qr", { params: { path: { iban }, query: { format: "svg", amount: 12345 } }, parseAs: "text" }),
);
console.log("QR code", picture.slice(0, 4));

// The same key twice: money moves once.
for (let i = 0; i < 2; i++) {
  const answer = await ims.POST("/secure/balances/{balanceId}/credit", {
    params: { path: { balanceId: balance.id }, header: { "Idempotency-Key": `bonus-${balance.id}` } },
    body: { amount: { amount: 1500, currency: "PLN" }, title: "Bonus" },
  });
  console.log("credit", (await value(Promise.resolve(answer))).amount.amount, "replayed", answer.response.headers.get("Idempotent-Replayed") === "true");
}

try {
  const body = { amount: { amount: 999_999, currency: "PLN" }, title: "Too much" };
  await value(ims.POST("/secure/balances/{balanceId}/debit", { params: { path: { balanceId: balance.id } }, body }));
} catch (error) {
  if (!(error instanceof ImsError) || error.code !== "insufficient-funds") throw error;
  console.log("refused:", error.message);
}

const history = each((cursor) =>
  value(ims.GET("/secure/transactions", { params: { query: { balanceId: balance.id, limit: 1, ...(cursor && { cursor }) } } })),
);
for await (const t of history) console.log("transaction", t.type, t.status, t.amount.amount, t.amount.currency);

fetch.close();
