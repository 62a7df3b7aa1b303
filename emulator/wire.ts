import type { InvalidInput } from './decoders.ts';
import type { Service } from './dialects.ts';
import type { Output } from './operations/operation.ts';

/** A call in its wire protocol, and how to answer it in the same protocol. */
export interface WireCall {
  readonly service: Service;
  readonly operation: string;
  /** throws `ApiError` if the body is malformed */
  input(): unknown;
  success(output: Output): Response;
  failure(error: ApiError): Response;
  /** the service's error for an input with a missing member or a wrong type */
  invalid(error: InvalidInput): ApiError;
  /** the service's error for an operation that it does not have */
  unknown(): ApiError;
}

/** An error in the answer of the emulated API. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** Direct Connect's error for nearly all client errors. */
export function clientException(message: string): ApiError {
  return new ApiError('DirectConnectClientException', message);
}

/** HTTP without sockets, so that the emulator also works inside a process. */

export interface Request {
  readonly method: string;
  /** path and query, as sent */
  readonly target: string;
  /** by lower-case name; repeated headers are joined with `, ` */
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
