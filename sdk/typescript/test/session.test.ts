import assert from "node:assert/strict";
import { test } from "node:test";

import { inSession } from "../src/index.js";

/** service takes one token; backend hands out token-1, token-2, ... and makes the service take the last. */
function scene() {
  const state = { valid: "", renewed: 0, seen: [] as string[], down: false };
  const fetch = async (request: Request): Promise<Response> => {
    const token = request.headers.get("Authorization") ?? "";
    state.seen.push(token);
    return new Response(null, { status: token === `Bearer ${state.valid}` ? 200 : 401 });
  };
  const renew = async (): Promise<string> => {
    await Promise.resolve();
    if (state.down) throw new Error("signed out");
    return (state.valid = `token-${++state.renewed}`);
  };
  const send = inSession(fetch, renew);
  return { state, get: () => send(new Request("https://ims.example/mobile/balances")) };
}

test("requests that find no session, or an ended one, share one renewal", async () => {
  const { state, get } = scene();
  for (const round of [1, 2]) {
    const answers = await Promise.all(Array.from({ length: 20 }, get));
    assert.ok(answers.every((a) => a.status === 200));
    assert.equal(state.renewed, round);
    state.valid = "nobody's";
  }
});

test("a refusal of a fresh token is told, and a failed renewal is tried again by the next request", async () => {
  const { state, get } = scene();
  state.down = true;
  await assert.rejects(get(), /signed out/);
  assert.deepEqual(state.seen, []);
  state.down = false;
  assert.equal((await get()).status, 200);
  const refused = inSession(async () => new Response(null, { status: 401 }), async () => "old");
  assert.equal((await refused(new Request("https://ims.example/mobile/balances"))).status, 401);
});
