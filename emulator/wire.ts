import type { InvalidInput } from './decoders.ts';
import type { Service } from './dialects.ts';
import type { Output } from './operations/operation.ts';

/** One call as the wire bore it, and how to answer in the same protocol. */
export interface WireCall {
  readonly service: Service;
  readonly operation: string;
  /** throws `ApiError` when the body is malformed */
  input(): unknown;
  success(output: Output): Response;
  failure(error: ApiError): Response;
  /** what the service says of an input that lacks a member or has one of a wrong type */
  invalid(fault: InvalidInput): ApiError;
  /** what the service says of an operation that it does not have */
  unknown(): ApiError;
}

/** An error that the emulated API answers with. */
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

/** What Direct Connect says of nearly everything that a client does wrong. */
export function clientException(message: string): ApiError {
  return new ApiError('DirectConnectClientException', message);
}

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
