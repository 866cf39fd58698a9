import assert from "node:assert/strict";
import { test } from "node:test";

import { SignatureError, verifyEvent } from "../src/index.js";
import "../src/node.js"; // Web Crypto on Node 18

// Made with openssl, as in the tests of the Go SDK.
const secret = "whsec_YW4gaW52ZW50ZWQgc2VjcmV0LCAzMiBieXRlcyBsb25n";
const good = "v1,r/VbK+No+PMB5TtlQT5eFEvQxpvSy3VIIS+fSWQHnuw=";
const other = "whsec_b3RoZXIgc2VjcmV0IG9mIHVz";
const body = '{"id": 20, "timestamp": 1665557034}';
const now = new Date(1665557100_000);

const headers = (signature = good, id = "msg_1") =>
  new Headers({ "webhook-id": id, "webhook-timestamp": "1665557034", "webhook-signature": signature });

test("an event of the service is read", async () => {
  for (const [signature, secrets] of [
    [good, [secret]],
    [good, [secret.slice("whsec_".length)]],
    [good, [other, secret]],
    [`v1,AAAA v1a,BBBB ${good}`, [secret]],
  ] as const) {
    assert.deepEqual(await verifyEvent(headers(signature), body, secrets, now), { id: 20, timestamp: 1665557034 });
  }
});

test("what is not the service's, or old, is refused", async () => {
  const cases: Record<string, Parameters<typeof verifyEvent>> = {
    "another secret": [headers(), body, [other], now],
    "no secret": [headers(), body, [], now],
    "an empty secret": [headers(), body, ["whsec_", "", "%"], now],
    "another body": [headers(), body.replace("20", "21"), [secret], now],
    "another version": [headers(good.replace("v1,", "v2,")), body, [secret], now],
    "no signature": [headers(""), body, [secret], now],
    "not Base64": [headers("v1,%%%"), body, [secret], now],
    "another message": [headers(good, "msg_2"), body, [secret], now],
    "no headers": [new Headers(), body, [secret], now],
    old: [headers(), body, [secret], new Date(now.getTime() + 300_000)],
    "from the future": [headers(), body, [secret], new Date(now.getTime() - 420_000)],
  };
  for (const [name, args] of Object.entries(cases)) {
    await assert.rejects(verifyEvent(...args), SignatureError, name);
  }
});
