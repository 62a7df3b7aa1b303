import { type InvalidInput, type Reader, UnknownMember } from './decoders.ts';
import type { Service } from './dialects.ts';
import type { AccountRegion, World } from './world.ts';

/** The caller of an operation, and the emulated state. */
export interface Context extends AccountRegion {
  readonly world: World;
  /** the token of an assumed role; `null` for an account's own keys */
  readonly sessionToken: string | null;
}

export type Output = Readonly<Record<string, unknown>>;

/** Decodes the raw input and executes the operation. Throws `InvalidInput` or `ApiError`, and then changes nothing. */
export type Operation = (context: Context, input: unknown) => Output;

export function operation<I>(read: Reader<I>, run: (context: Context, input: I) => Output): Operation {
  return (context, input) => run(context, read(input, ''));
}

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

/** Path and query of a request, without the question mark. */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const at = target.indexOf('?');
  return at < 0 ? { path: target, query: '' } : { path: target.slice(0, at), query: target.slice(at + 1) };
}

export interface Response {
  readonly kind: 'response';
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** other headers, by lower-case name */
  readonly headers?: Readonly<Record<string, string>>;
}

/** `hang` never answers, `reset` breaks the connection. */
export type Reply = Response | { readonly kind: 'hang' } | { readonly kind: 'reset' };

export function jsonResponse(status: number, body: unknown, contentType = 'application/json'): Response {
  return { kind: 'response', status, contentType, body: JSON.stringify(body) };
}

const TYPE = 'application/x-amz-json-1.1';
const PREFIX = 'OvertureService.';
/** The SDKs of some languages leave the package of the service out. */
const CLOUD_TRAIL = /^(?:com\.amazonaws\.cloudtrail\.v20131101\.)?CloudTrail_20131101\.(.+)$/;

/**
 * Parses a call in JSON 1.1 (Direct Connect, CloudTrail); `null` if the request is in another protocol.
 * The target alone does not say which: osc-cli sends one with its calls of FCU too (`fcu_20261130.DescribeVpnGateways`).
 */
export function parseJsonCall({ method, headers, body }: Request): WireCall | null {
  const target = headers['x-amz-target'];
  if (method !== 'POST' || target === undefined) return null;
  const known = target.startsWith(PREFIX);
  if (!known && !(headers['content-type'] ?? '').startsWith(TYPE)) return null;
  const [, ofCloudTrail] = CLOUD_TRAIL.exec(target) ?? [];
  return {
    service: ofCloudTrail === undefined ? 'directconnect' : 'cloudtrail',
    operation: ofCloudTrail ?? (known ? target.slice(PREFIX.length) : target),
    input: () => parse(Buffer.from(body).toString()),
    success: (output) => jsonResponse(200, output, TYPE),
    failure: ({ code, message, status }) => jsonResponse(status, { __type: code, message }, TYPE),
    invalid,
    unknown: () => new ApiError('UnknownOperationException', `The operation ${target} is not known.`),
  };
}

function parse(body: string): unknown {
  try {
    return body === '' ? {} : JSON.parse(body);
  } catch {
    throw new ApiError('SerializationException', 'The body is not JSON.');
  }
}

function invalid(error: InvalidInput): ApiError {
  if (error instanceof UnknownMember) return clientException(unknownMemberMessage(error));
  if (!error.missing) return new ApiError('SerializationException', error.message);
  return new ApiError('ValidationException', missingMemberMessage(error.path));
}

/** A real service may know the parameter, so ignoring it would pretend an effect that the emulator does not have. */
export function unknownMemberMessage({ path }: UnknownMember): string {
  return `The emulator does not know the parameter ${path}`;
}

/** The message of all services that validate inputs against their models. */
export function missingMemberMessage(path: string): string {
  return `1 validation error detected: Value null at '${path}' failed to satisfy constraint: Member must not be null`;
}

/** The codes of OUTSCALE's own errors, by their type. Those of others are not known. */
const OAPI_CODES: Readonly<Record<string, string>> = {
  AccessDenied: '4',
  AuthFailure: '1',
  RequestLimitExceeded: '6',
};

/** Parses a call of OUTSCALE's own API, `POST /api/v1/NAME`; `null` if the request is none. */
export function parseOutscaleCall({ method, target, body }: Request): WireCall | null {
  const [, name] = /^\/api\/(?:v1|latest)\/(\w+)\/?$/.exec(target) ?? [];
  if (method !== 'POST' || name === undefined) return null;
  const refuse = (type: string, message: string, status = 400) => new ApiError(type, message, status);
  return {
    service: 'oapi',
    operation: name,
    input: () => parse(Buffer.from(body).toString()),
    success: (output) => jsonResponse(200, output),
    failure: ({ code, message, status }) =>
      jsonResponse(status, {
        Errors: [{ Code: OAPI_CODES[code] ?? '', Type: code, Details: message }],
        ResponseContext: { RequestId: '' },
      }),
    invalid: (error) =>
      error instanceof UnknownMember
        ? refuse('InvalidParameter', unknownMemberMessage(error))
        : refuse(error.missing ? 'MissingParameter' : 'InvalidParameterValue', error.message),
    unknown: () => refuse('InvalidAction', `The emulator does not know the call ${name}.`, 404),
  };
}
