import createClient, { type Client } from "openapi-fetch";

import { refusal } from "./errors.js";
import type { paths as MobilePaths } from "./generated/mobile.js";
import type { paths } from "./generated/server.js";
import { type Fetch, type RetryOptions, retrying } from "./retry.js";
import { inSession } from "./session.js";

export interface ServerOptions extends RetryOptions {
  /** https://host:port */
  address: string;
  /** Presents the client certificate; on Node: mutualTLS of "ims-sdk/node". */
  fetch: Fetch;
}

/** The server API, typed by its document: GET, POST, PATCH and DELETE take a path of it and what belongs to that. */
export type ServerClient = Client<paths>;

export function serverClient({ address, fetch, ...retry }: ServerOptions): ServerClient {
  return createClient<paths>({ baseUrl: address, fetch: retrying(fetch, retry), querySerializer });
}

export interface MobileOptions extends RetryOptions {
  /** https://host:port */
  address: string;
  /** Returns a fresh session token, mostly from the app's own backend; an error ends the call that needed the token. */
  renewToken: () => Promise<string>;
  /** Left out: the platform's own. */
  fetch?: Fetch;
}

/** The mobile API, typed by its document: what belongs to the end user of the session. */
export type MobileClient = Client<MobilePaths>;

/** mobileClient keeps a session: renewToken is asked when there is none yet, and when the service no longer takes its token. */
export function mobileClient({ address, renewToken, fetch = (request) => globalThis.fetch(request), ...retry }: MobileOptions): MobileClient {
  return createClient<MobilePaths>({ baseUrl: address, fetch: inSession(retrying(fetch, retry), renewToken), querySerializer });
}

const querySerializer = { array: { style: "form", explode: false } } as const;

interface Result<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** value waits for an answer and returns what it holds; a refusal is thrown as ImsError. */
export async function value<T>(call: Promise<Result<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw refusal(response, error);
  return data as T;
}

/** Page is one page of a list. */
export interface Page<T> {
  items: T[];
  nextCursor?: string;
}

/**
 * each goes through every element of a list; pages are fetched as they are needed.
 *
 *     for await (const user of each((cursor) => value(ims.GET("/secure/users", { params: { query: { cursor } } })))) { ... }
 */
export async function* each<T>(page: (cursor: string | undefined) => Promise<Page<T>>): AsyncGenerator<T, void, undefined> {
  let cursor: string | undefined;
  do {
    const { items, nextCursor } = await page(cursor);
    yield* items;
    cursor = nextCursor;
  } while (cursor);
}
