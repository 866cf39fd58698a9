import { isProblem } from "./errors.js";

/** Fetch is what the SDK needs of a fetch function. */
export type Fetch = (request: Request) => Promise<Response>;

export interface RetryOptions {
  /** After the first attempt; default 4. */
  retries?: number;
  /** The longest pause before a retry, ms; a Retry-After beyond it ends the retries. Default one minute. */
  maxWait?: number;
  /** Waits; replaced in tests. */
  pause?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** A fresh idempotency key; needed where there is no Web Crypto. */
  newKey?: () => string;
}

const firstWait = 200;

/**
 * retrying repeats requests that can be repeated safely: on lost connections and on 429, 502, 503 and 504, with growing waits
 * or as long as the service asks. A POST below /secure gets an idempotency key unless it has one and keeps it, so that money
 * never moves twice. DELETE, and POST without key, are repeated on 429 only, when nothing was done.
 */
export function retrying(fetch: Fetch, options: RetryOptions = {}): Fetch {
  const { retries = 4, maxWait = 60_000, pause = sleep, newKey = randomKey } = options;
  return async (request) => {
    if (request.method === "POST" && request.url.includes("/secure/") && !hasKey(request)) {
      request.headers.set("Idempotency-Key", newKey());
    }
    for (let attempt = 0; ; attempt++) {
      const outcome = await settle(fetch(request.clone()));
      const wait = outcome.response ? retryAfter(outcome.response) : undefined;
      const next = wait ?? backoff(attempt, maxWait);
      if (attempt >= retries || next > maxWait || aborted(request) || !(await repeatable(request, outcome.response))) {
        if (outcome.response) return outcome.response;
        throw outcome.error;
      }
      await outcome.response?.body?.cancel();
      await pause(next, request.signal);
      if (aborted(request)) throw request.signal.reason ?? outcome.error;
    }
  };
}

/** aborted also where requests have no signal, as in React Native without one given. */
function aborted(request: Request): boolean {
  return (request.signal as AbortSignal | undefined)?.aborted ?? false;
}

interface Outcome {
  response?: Response;
  error?: unknown;
}

async function settle(answer: Promise<Response>): Promise<Outcome> {
  try {
    return { response: await answer };
  } catch (error) {
    return { error };
  }
}

async function repeatable(request: Request, response: Response | undefined): Promise<boolean> {
  if (response?.ok) return false;
  if (response?.status === 429) return true;
  if (request.method === "DELETE" || (request.method === "POST" && !hasKey(request))) return false;
  if (!response || [502, 503, 504].includes(response.status)) return true;
  return response.status === 409 && isProblem(response) && (await codeOf(response)) === "idempotency-key-in-use";
}

async function codeOf(response: Response): Promise<unknown> {
  try {
    return ((await response.clone().json()) as { code?: unknown }).code;
  } catch {
    return undefined;
  }
}

function hasKey(request: Request): boolean {
  return request.headers.has("Idempotency-Key") || request.headers.has("X-Idempotency-Key");
}

/** retryAfter reads seconds or a date; the result is in ms. */
function retryAfter(response: Response): number | undefined {
  const text = response.headers.get("Retry-After");
  if (!text) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}

/** backoff doubles with each attempt, half of it by chance, so that callers who failed together do not come back together. */
function backoff(attempt: number, maxWait: number): number {
  const wait = Math.min(firstWait * 2 ** attempt, maxWait);
  return wait / 2 + (Math.random() * wait) / 2;
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", end);
      resolve();
    }, ms);
    signal?.addEventListener("abort", end, { once: true });
  });
}

function randomKey(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}
