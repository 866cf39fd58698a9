import { webcrypto } from "node:crypto";
import { Agent, request as send } from "node:https";
import { Readable } from "node:stream";

import type { Fetch } from "./retry.js";

// Node 18 has Web Crypto, but not where all others have it.
globalThis.crypto ??= webcrypto as Crypto;

export interface Certificates {
  /** PEM of who signed the service's certificate; left out: the system's authorities. */
  ca?: string | Buffer;
  /** PEM of your certificate, with its chain. */
  cert: string | Buffer;
  /** PEM of its key. */
  key: string | Buffer;
}

/**
 * mutualTLS returns a fetch function that presents a client certificate over TLS 1.3 and keeps connections. Node's own fetch
 * cannot without another package. It knows what the SDK sends: no redirects are followed, cookies are not kept.
 */
export function mutualTLS(certificates: Certificates): Fetch & { close(): void } {
  const agent = new Agent({ ...certificates, keepAlive: true, minVersion: "TLSv1.3" });
  const fetch = async (request: Request): Promise<Response> => {
    const body = request.body ? Buffer.from(await request.arrayBuffer()) : undefined;
    return new Promise((resolve, reject) => {
      const headers = { ...Object.fromEntries(request.headers), ...(body && { "content-length": String(body.length) }) };
      const outgoing = send(request.url, { agent, method: request.method, headers, signal: request.signal }, (incoming) => {
        const status = incoming.statusCode ?? 0;
        const empty = status === 204 || status === 304 || request.method === "HEAD";
        if (empty) incoming.resume();
        resolve(
          new Response(empty ? null : (Readable.toWeb(incoming) as ReadableStream), {
            status,
            statusText: incoming.statusMessage ?? "",
            headers: pairs(incoming.rawHeaders),
          }),
        );
      });
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  };
  return Object.assign(fetch, { close: () => agent.destroy() });
}

/** pairs turns names and values in a row into names with values. */
function pairs(raw: readonly string[]): [string, string][] {
  return Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i] ?? "", raw[2 * i + 1] ?? ""]);
}
