/** Event says that a transaction was created or updated; GET /secure/transactions/{transactionId} tells the rest. */
export interface Event {
  /** Of the transaction. */
  id: number;
  /** Seconds since 1970 UTC. */
  timestamp: number;
}

/** The event is not the service's: answer such a request with 401 and do nothing else. */
export class SignatureError extends Error {
  override readonly name = "SignatureError";
}

/** How old or how far ahead an event may be, s, as Standard Webhooks recommends. */
const eventAge = 300;

/**
 * verifyEvent checks the body of a request to your notification endpoint, as it came, against its headers (Standard Webhooks).
 * Any of the secrets may have signed, so that one can be replaced by another; each is as the service shows it, with or without
 * "whsec_". Events come at least once and in no order: remember webhook-id where doing something twice would matter.
 */
export async function verifyEvent(
  headers: Pick<Headers, "get">,
  body: string,
  secrets: readonly string[],
  now: Date = new Date(),
): Promise<Event> {
  const id = headers.get("webhook-id");
  const timestamp = headers.get("webhook-timestamp") ?? "";
  if (!id || !/^\d+$/.test(timestamp)) throw new SignatureError("no id or time");
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > eventAge) throw new SignatureError("its time is not now");
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  const signatures = (headers.get("webhook-signature") ?? "").split(" ").filter((part) => part.startsWith("v1,"));
  for (const secret of secrets) {
    if (await signedWith(secret, signatures, signed)) return read(body);
  }
  throw new SignatureError("no signature fits");
}

async function signedWith(secret: string, signatures: readonly string[], signed: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const raw = bytes(secret.replace(/^whsec_/, ""));
  if (!raw?.length) return false;
  const { subtle } = globalThis.crypto;
  const key = await subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  for (const part of signatures) {
    const signature = bytes(part.slice("v1,".length));
    if (signature && (await subtle.verify("HMAC", key, signature, signed))) return true; // compares in constant time
  }
  return false;
}

/** bytes reads Base64; undefined where it is none. */
function bytes(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function read(body: string): Event {
  const event = JSON.parse(body) as Partial<Event>;
  if (typeof event.id !== "number" || typeof event.timestamp !== "number") throw new SignatureError("not an event");
  return { id: event.id, timestamp: event.timestamp };
}
