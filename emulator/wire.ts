/** HTTP without sockets, so that the emulator also runs inside a process. */

export interface Request {
  readonly method: string;
  /** path and query, as sent */
  readonly target: string;
  /** by lower-case name; repeated ones joined by `, ` */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface Response {
  readonly kind: 'response';
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** `hang` never answers, `reset` breaks the connection. */
export type Reply = Response | { readonly kind: 'hang' } | { readonly kind: 'reset' };

export function jsonResponse(status: number, body: unknown, contentType = 'application/json'): Response {
  return { kind: 'response', status, contentType, body: JSON.stringify(body) };
}
