import { isRecord } from '../../core/decoders.ts';
import type { ApiClient } from './sdkClient.ts';
import { type Answer, createSignedCalls, type SignedEndpoint, wireError } from './signedCalls.ts';

export type JsonFields = Readonly<Record<string, unknown>>;

/** A client of an API with JSON in bodies, for the few reads for which no SDK client is bundled. */
export interface JsonApi {
  /** @returns the answer's object. @throws ApiFailure */
  call(operation: string, input: JsonFields): Promise<JsonFields>;
}

/** How an API with JSON in bodies names an operation. */
type JsonProtocol =
  /** AWS's JSON 1.1: in a header, after this prefix */
  | { readonly kind: 'awsJson'; readonly targetPrefix: string }
  /** OUTSCALE's own API: in the path */
  | { readonly kind: 'oapi' };

/** @param limitMs the time limit of a call with its retries, in milliseconds */
export function createJsonApi(
  client: ApiClient,
  endpoint: SignedEndpoint,
  protocol: JsonProtocol,
  limitMs: number,
): JsonApi {
  const calls = createSignedCalls(client, endpoint, limitMs);
  return {
    call: (operation, input) =>
      calls.call(operation, { ...address(operation, protocol), body: JSON.stringify(input) }, readAnswer),
  };
}

function address(operation: string, protocol: JsonProtocol) {
  if (protocol.kind === 'oapi')
    return { path: `/api/v1/${operation}`, headers: { 'content-type': 'application/json' } };
  const target = `${protocol.targetPrefix}${operation}`;
  return { path: '/', headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target } };
}

function readAnswer(answer: Answer): JsonFields {
  const content = parse(answer.body);
  if (answer.status === 200 && content !== null) return content;
  const { __type: type, message, Message, Errors: errors } = content ?? {};
  // OUTSCALE's own errors are in a list, which `toApiFailure` reads.
  const more = Array.isArray(errors) ? { Errors: errors } : {};
  const code = typeof type === 'string' ? type.replace(/^.*#/, '') : null;
  throw wireError(answer, code, [message, Message].find((text) => typeof text === 'string') ?? null, more);
}

/** `null`: it is not a JSON object. */
function parse(body: string): JsonFields | null {
  try {
    const content: unknown = JSON.parse(body);
    return isRecord(content) ? content : null;
  } catch {
    // The message of the parser quotes the answer.
    return null;
  }
}
