import type { Misread } from '../decoders.ts';
import type { Service } from '../dialects.ts';
import type { ApiError } from '../errors.ts';
import type { Output } from '../operations/operation.ts';
import type { Response } from '../wire.ts';

/** One call as the wire bore it, and how to answer in the same protocol. */
export interface WireCall {
  readonly service: Service;
  readonly operation: string;
  /** throws `ApiError` when the body is malformed */
  input(): unknown;
  success(output: Output): Response;
  failure(error: ApiError): Response;
  /** what the service says of an input that lacks a member or has one of a wrong type */
  invalid(fault: Misread): ApiError;
  /** what the service says of an operation that it does not have */
  unknown(): ApiError;
}
