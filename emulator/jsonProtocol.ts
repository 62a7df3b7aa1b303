import { type InvalidInput, UnknownMember } from './decoders.ts';
import { ApiError, clientException, jsonResponse, type Request, type WireCall } from './wire.ts';

const TYPE = 'application/x-amz-json-1.1';
const PREFIX = 'OvertureService.';

/** Parses a call in JSON 1.1 (Direct Connect); `null` if the request is in another protocol. */
export function parseJsonCall({ headers, body }: Request): WireCall | null {
  const target = headers['x-amz-target'];
  if (target === undefined) return null;
  const known = target.startsWith(PREFIX);
  return {
    service: 'directconnect',
    operation: known ? target.slice(PREFIX.length) : target,
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
