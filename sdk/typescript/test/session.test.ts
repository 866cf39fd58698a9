import assert from "node:assert/strict";
import { test } from "node:test";

import { mobileClient, value } from "../src/index.js";

/** service takes one token; the backend hands out token-1, token-2, ... and makes the service take the last. */
function scene() {
  const state = { valid: "", renewed: 0, seen: [] as string[], down: false, busy: 0 };
  const fetch = async (request: Request): Promise<Response> => {
    const token = request.headers.get("Authorization") ?? "";
    state.seen.push(`${request.method} ${new URL(request.url).pathname} ${token}`);
    if (state.busy > 0) return new Response(null, { status: 503, headers: { "Retry-After": String(state.busy--) } });
    if (request.method === "POST") return Response.json({ token: await renew() }, { status: 201 });
    if (token !== `Bearer ${state.valid}`) return Response.json({ code: "unauthenticated" }, problem);
    return request.method === "DELETE" ? new Response(null, { status: 204 }) : Response.json({ items: [] });
  };
  const renew = async (): Promise<string> => {
    await Promise.resolve();
    if (state.down) throw new Error("signed out");
    return (state.valid = `token-${++state.renewed}`);
  };
  const app = mobileClient({ address: "https://ims.example", fetch, renewToken: renew, pause: async () => {} });
  return { state, fetch, app, balances: () => value(app.GET("/mobile/balances")), signOut: () => value(app.DELETE("/mobile/sessions/current")) };
}

const problem = { status: 401, headers: { "Content-Type": "application/problem+json" } };

test("requests that find no session, or an ended one, share one renewal", async () => {
  const { state, balances } = scene();
  for (const round of [1, 2]) {
    await Promise.all(Array.from({ length: 20 }, balances));
    assert.equal(state.renewed, round);
    state.valid = "nobody's";
  }
});

test("a refusal of a fresh token is told, and a failed renewal is tried again by the next request", async () => {
  const { state, balances, fetch } = scene();
  state.down = true;
  await assert.rejects(balances(), /signed out/);
  assert.deepEqual(state.seen, []);
  state.down = false;
  await balances();
  const refused = mobileClient({ address: "https://ims.example", fetch, renewToken: async () => "old" });
  await assert.rejects(value(refused.GET("/mobile/balances")), { status: 401, code: "unauthenticated" });
});

test("what passes is repeated in the session that there is", async () => {
  const { state, balances } = scene();
  state.busy = 2;
  await balances();
  assert.deepEqual(state.seen, Array(3).fill("GET /mobile/balances Bearer token-1"));
});

test("signing out ends the session and begins none; the next request does", async () => {
  const { state, balances, signOut } = scene();
  await signOut();
  assert.deepEqual(state.seen, []);
  await balances();
  state.valid = "nobody's";
  await signOut();
  assert.equal(state.renewed, 1);
  await balances();
  await signOut();
  assert.equal(state.seen.at(-1), "DELETE /mobile/sessions/current Bearer token-2");
  assert.equal(state.renewed, 2);
});

test("an assertion is redeemed without a session", async () => {
  const { state, fetch } = scene();
  const app = mobileClient({
    address: "https://ims.example",
    fetch,
    renewToken: async () => (await value(app.POST("/mobile/sessions", { body: { assertion: "a.b.c" } }))).token,
  });
  await value(app.GET("/mobile/balances"));
  assert.deepEqual(state.seen, ["POST /mobile/sessions ", "GET /mobile/balances Bearer token-1"]);
});
