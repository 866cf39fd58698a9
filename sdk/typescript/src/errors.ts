/** What is wrong with one field of a request. */
export interface FieldError {
  /** A JSON pointer into the body, or the name of a parameter or header. */
  pointer: string;
  code: string;
  detail: string;
}

/** A refusal: RFC 9457 problem details. GET /problems/{code} of the service tells cause and remedy of each code. */
export class ImsError extends Error {
  override readonly name = "ImsError";
  constructor(
    /** Of HTTP. */
    readonly status: number,
    /** Stable: decide on it. "" where something between us and the service answered. */
    readonly code: string,
    /** What is wrong with this request. */
    readonly detail: string,
    /** Quote it when you ask for help. */
    readonly requestId: string,
    readonly fields: readonly FieldError[],
  ) {
    const wrong = fields.map((f) => `; ${f.pointer}: ${f.detail}`).join("");
    super([status, code, detail].filter(Boolean).join(" ") + wrong + (requestId ? ` (request ${requestId})` : ""));
  }
}

/** refusal makes an ImsError from an answer that is none of success and what was read of its body. */
export function refusal(response: Response, body: unknown): ImsError {
  const p = (isProblem(response) && typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  return new ImsError(
    response.status,
    text(p["code"]),
    text(p["detail"]) || text(p["title"]) || response.statusText,
    text(p["requestId"]) || (response.headers.get("Request-Id") ?? ""),
    Array.isArray(p["errors"]) ? (p["errors"] as FieldError[]) : [],
  );
}

export function isProblem(response: Response): boolean {
  return (response.headers.get("Content-Type") ?? "").startsWith("application/problem+json");
}
