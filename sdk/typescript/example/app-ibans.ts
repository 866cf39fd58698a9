// An app and its backend in one program: the backend gets session tokens with the customer's certificate, the app shows what
// belongs to the first end user; against a demonstration (bin/ims demo). The demonstration's authority is nobody's, so Node is
// told of it; a phone's or browser's fetch trusts what its system trusts:
//
//     NODE_EXTRA_CA_CERTS=../../demo/ca.pem node build/example/app-ibans.js --dir ../../demo
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { each, ImsError, mobileClient, serverClient, value } from "../src/index.js"; // in your program: "ims-sdk"
import { mutualTLS } from "../src/node.js"; // "ims-sdk/node"

const { values: flags } = parseArgs({
  options: { address: { type: "string", default: "https://localhost:8443" }, dir: { type: "string", default: "demo" } },
});
const file = (name: string): Buffer => readFileSync(join(flags.dir, name));

// The customer's backend knows who is signed in to the app. No certificate ever goes to a phone.
const fetch = mutualTLS({ ca: file("ca.pem"), cert: file("client.pem"), key: file("client.key") });
const backend = serverClient({ address: flags.address, fetch });
const userId = (await value(backend.GET("/secure/users", { params: { query: { limit: 1 } } }))).items[0]?.id ?? "";
const renewToken = async (): Promise<string> =>
  (await value(backend.POST("/secure/sessions", { body: { userId, deviceId: "example-app" } }))).token;

const app = mobileClient({ address: flags.address, renewToken });

const { items: accounts } = await value(app.GET("/mobile/bank-accounts"));
for (const a of accounts) console.log("getIbanMobile", a.ibanFormatted, a.currency);

const path = { iban: accounts[0]?.iban ?? "" };
const picture = await value(app.GET("/mobile/bank-accounts/{iban}/qr", { params: { path, query: { format: "svg" } }, parseAs: "text" }));
console.log("QR code", picture.slice(0, 4));

for (const b of (await value(app.GET("/mobile/balances"))).items) console.log("balance", b.available.amount, b.available.currency);

const history = each((cursor) => value(app.GET("/mobile/transactions", { params: { query: { limit: 1, ...(cursor && { cursor }) } } })));
for await (const t of history) console.log("transaction", t.type, t.amount.amount, t.amount.currency);

try {
  await value(app.GET("/mobile/transactions/{transactionId}", { params: { path: { transactionId: 2 ** 50 } } }));
} catch (error) {
  if (!(error instanceof ImsError) || error.code !== "not-found") throw error;
  console.log("refused:", error.message);
}

await value(app.DELETE("/mobile/sessions/current"));
fetch.close();
