/** Something of the cloud, without sockets. */
export interface VirtualServer {
  answer(call: Call): Answer;
  /** an error in its own words; status 400 is that it is asked too often */
  failure(status: number): Answer;
}

export interface Call {
  /** in the API's words */
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  /** by lower-case name */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `null`: the connection breaks, or nothing ever comes. */
export type Answer =
  | { readonly status: number; readonly body: string }
  | { readonly broken: 'reset' | 'hang' };

export function answerJson(status: number, body: unknown): Answer {
  return { status, body: JSON.stringify(body) };
}
