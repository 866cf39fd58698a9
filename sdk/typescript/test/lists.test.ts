import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { each, type Page } from "../src/index.js";

const pages: Record<string, Page<number>> = { "": { items: [1, 2], nextCursor: "b" }, b: { items: [], nextCursor: "c" }, c: { items: [3] } };

test("every element of all pages comes once, in order", async () => {
  const got: number[] = [];
  for await (const n of each(async (cursor) => pages[cursor ?? ""] as Page<number>)) got.push(n);
  assert.deepEqual(got, [1, 2, 3]);
});

test("pages that nobody asks for are not fetched, and an error ends the list", async () => {
  let fetched = 0;
  for await (const n of each(async () => (fetched++, { items: [1, 2], nextCursor: "b" }))) if (n === 2) break;
  assert.equal(fetched, 1);
  const broken = each(async (cursor) => (cursor ? Promise.reject(new Error("second")) : { items: [1], nextCursor: "b" }));
  assert.equal((await broken.next()).value, 1);
  await assert.rejects(broken.next(), /second/);
});

test("nothing but the entry for Node imports what only Node has", () => {
  const src = new URL("../src/", import.meta.url);
  for (const name of readdirSync(src).filter((n) => n.endsWith(".js") && n !== "node.js")) {
    const text = readFileSync(new URL(name, src), "utf8");
    assert.doesNotMatch(text, /["']node:|\.\/node\.js|\bBuffer\b|\bprocess\b/, name);
  }
});
