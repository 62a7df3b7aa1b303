/** A cloud service without sockets. */
export interface VirtualServer {
  answer(call: Call): Answer;
  /** error answer of this service; 400 is throttling */
  failure(status: number): Answer;
}

export interface Call {
  /** operation name of the API */
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  /** by name in lower case */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function isConfirmOperation(operation: string): boolean {
  return operation === 'ConfirmPrivateVirtualInterface' || operation === 'ConfirmTransitVirtualInterface';
}

export function isConfirm({ operation }: Call): boolean {
  return isConfirmOperation(operation);
}

/** An answer, a broken connection, or no answer at all. */
export type Answer =
  | { readonly status: number; readonly body: string }
  | { readonly broken: 'reset' | 'hang' };

export function answerJson(status: number, body: unknown): Answer {
  return { status, body: JSON.stringify(body) };
}
