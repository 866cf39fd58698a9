import assert from "node:assert/strict";
import { test } from "node:test";

import { ImsError, serverClient, value, type RetryOptions } from "../src/index.js";
import "../src/node.js"; // Web Crypto on Node 18

interface Reply {
  status: number; // 0: the connection is lost
  body?: unknown;
  headers?: Record<string, string>;
}

/** service answers as it is told, one answer for each request, and remembers requests, bodies and pauses. */
function service(replies: Reply[], options: RetryOptions = {}) {
  const seen: { request: Request; body: string }[] = [];
  const pauses: number[] = [];
  const fetch = async (request: Request): Promise<Response> => {
    seen.push({ request, body: await request.text() });
    const reply = replies[Math.min(seen.length, replies.length) - 1] as Reply;
    if (reply.status === 0) throw new TypeError("connection reset");
    const type = reply.status >= 400 ? "application/problem+json" : "application/json";
    return new Response(JSON.stringify(reply.body ?? {}), { status: reply.status, headers: { "Content-Type": type, ...reply.headers } });
  };
  const pause = async (ms: number): Promise<void> => {
    pauses.push(ms);
  };
  const ims = serverClient({ address: "https://ims.example", fetch, pause, ...options });
  const credit = (header?: Record<string, string>) =>
    value(
      ims.POST("/secure/balances/{balanceId}/credit", {
        params: { path: { balanceId: "b" }, ...(header && { header }) },
        body: { amount: { amount: 5, currency: "PLN" } },
      }),
    );
  return { ims, seen, pauses, credit };
}

const busy = { code: "unavailable", requestId: "r-1", detail: "stopping" };
const lost: Reply = { status: 0 };

test("whatever goes wrong on the way, each attempt is the same request under the same key", async () => {
  const running = { status: 409, body: { code: "idempotency-key-in-use" }, headers: { "Retry-After": "1" } };
  const { seen, pauses, credit } = service([lost, { status: 503, body: busy }, running, { status: 201, body: { id: 42 } }]);
  assert.equal((await credit()).id, 42);
  assert.equal(seen.length, 4);
  assert.equal(pauses[2], 1000);
  const key = seen[0]?.request.headers.get("Idempotency-Key") ?? "";
  assert.ok(key.length >= 20);
  for (const { request, body } of seen) {
    assert.equal(request.headers.get("Idempotency-Key"), key);
    assert.equal(body, '{"amount":{"amount":5,"currency":"PLN"}}');
  }
  await credit();
  assert.notEqual(seen[4]?.request.headers.get("Idempotency-Key"), key);
  await credit({ "Idempotency-Key": "mine" });
  assert.equal(seen[5]?.request.headers.get("Idempotency-Key"), "mine");
});

test("pauses are as long as the service says, else longer each time, and never beyond the limit", async () => {
  const { ims, pauses } = service([{ status: 429, body: busy, headers: { "Retry-After": "7" } }, lost, lost, lost, { status: 200 }]);
  await value(ims.GET("/secure/whoami"));
  assert.equal(pauses[0], 7000);
  pauses.slice(1).forEach((ms, i) => assert.ok(ms >= 200 * 2 ** i && ms <= 400 * 2 ** i, `pause ${i} of ${ms} ms`));
  const late = service([{ status: 503, body: busy, headers: { "Retry-After": "120" } }]);
  await assert.rejects(value(late.ims.GET("/secure/whoami")), { code: "unavailable" });
  assert.equal(late.seen.length, 1);
});

test("a DELETE that may have been done is not repeated, a refused one is", async () => {
  const path = { params: { path: { iban: "PL1" } } };
  for (const reply of [lost, { status: 503, body: busy }]) {
    const { ims, seen } = service([reply]);
    await assert.rejects(value(ims.DELETE("/secure/bank-accounts/{iban}", path)));
    assert.equal(seen.length, 1);
  }
  const { ims, seen } = service([{ status: 429, body: busy }, { status: 200 }]);
  await value(ims.DELETE("/secure/bank-accounts/{iban}", path));
  assert.equal(seen.length, 2);
});

test("retries end after so many, and with the signal", async () => {
  const { ims, seen } = service([lost], { retries: 2 });
  await assert.rejects(value(ims.GET("/secure/whoami")), /connection reset/);
  assert.equal(seen.length, 3);
  const control = new AbortController();
  const aborted = service([lost], { pause: async () => control.abort() });
  await assert.rejects(value(aborted.ims.GET("/secure/whoami", { signal: control.signal })));
  assert.equal(aborted.seen.length, 1);
});

test("a refusal is an ImsError with code, fields and request id", async () => {
  const body = { code: "invalid", detail: "the request has invalid fields", requestId: "r-1", errors: [{ pointer: "/amount/amount", code: "invalid", detail: "must be positive" }] };
  const error = await service([{ status: 422, body }]).credit().then(() => assert.fail("answered"), (e: unknown) => e);
  assert.ok(error instanceof ImsError);
  assert.equal(error.code, "invalid");
  assert.equal(error.fields[0]?.pointer, "/amount/amount");
  assert.equal(error.message, "422 invalid the request has invalid fields; /amount/amount: must be positive (request r-1)");
  const page = { status: 404, body: "<html>", headers: { "Content-Type": "text/html", "Request-Id": "r-2" } };
  await assert.rejects(service([page]).credit(), { status: 404, code: "", requestId: "r-2", fields: [] });
});

test("lists of one parameter are joined by commas", async () => {
  const { ims, seen } = service([{ status: 200, body: { items: [] } }]);
  await value(ims.GET("/secure/transactions", { params: { query: { status: ["CLEARED", "REVERSED"], title: "a&b" } } }));
  assert.equal(new URL(seen[0]?.request.url ?? "").search, "?status=CLEARED,REVERSED&title=a%26b");
});
