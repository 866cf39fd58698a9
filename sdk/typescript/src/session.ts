import type { Fetch } from "./retry.js";

/**
 * inSession sends the session token with every request. renewToken asks the app's backend for a fresh one: when there is none yet,
 * and when the service no longer takes the last one; then the request is sent once more. Requests that need one at the same time
 * share it. Signing out (DELETE /mobile/sessions/current) forgets the token and needs no other; what asks for a session
 * (POST /mobile/sessions) is sent without one, so that renewToken may do that.
 */
export function inSession(fetch: Fetch, renewToken: () => Promise<string>): Fetch {
  let token: Promise<string> | undefined;
  const fresh = (stale?: Promise<string>): Promise<string> => {
    if (!token || token === stale) {
      const asked = renewToken();
      token = asked;
      asked.catch(() => {
        if (token === asked) token = undefined; // the next request may ask again
      });
    }
    return token;
  };
  const signOut = async (request: Request): Promise<Response> => {
    const last = token;
    token = undefined;
    const response = last && (await fetch(withToken(request, await last)));
    return response && response.status !== 401 ? response : new Response(null, { status: 204 }); // it had ended already
  };
  return async (request) => {
    if (request.method === "POST" && request.url.endsWith("/mobile/sessions")) return fetch(request);
    if (request.method === "DELETE" && request.url.endsWith("/mobile/sessions/current")) return signOut(request);
    const first = fresh();
    const response = await fetch(withToken(request, await first));
    if (response.status !== 401) return response;
    await response.body?.cancel();
    return fetch(withToken(request, await fresh(first)));
  };
}

function withToken(request: Request, token: string): Request {
  const copy = request.clone();
  copy.headers.set("Authorization", `Bearer ${token}`);
  return copy;
}
