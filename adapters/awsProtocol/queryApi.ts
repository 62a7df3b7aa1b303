import { setTimeout as pause } from 'node:timers/promises';
import { parseXML } from '@aws-sdk/xml-builder';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { ApiFailure } from '../../run/portErrors.ts';
import { type ApiClient, callWithLimit, READ_ATTEMPTS, readLimitMs } from './sdkClient.ts';
import { toApiFailure } from './toApiFailure.ts';

/**
 * A client of the AWS query protocol (EC2, FCU, STS) for the few reads that are needed, signed with the SDK's signer:
 * `@aws-sdk/client-ec2` alone would more than double the function's bundle.
 */
export interface QueryApi {
  /** @returns the answer's root element. @throws ApiFailure */
  call(action: string, parameters?: Readonly<Record<string, string>>): Promise<XmlFields>;
}

export type XmlFields = Readonly<Record<string, unknown>>;

export interface QuerySettings {
  readonly endpoint: string;
  readonly region: string;
  readonly service: 'ec2' | 'sts';
  readonly version: string;
}

/** @param client shares its credentials, connections and hash function, so that there is one of each */
export function createQueryApi(client: ApiClient, settings: QuerySettings): QueryApi {
  const { config } = client.sdk;
  const { endpoint, region, service, version } = settings;
  const signer = new SignatureV4({ credentials: config.credentials, region, service, sha256: config.sha256 });

  async function sendOnce(
    action: string,
    parameters: Readonly<Record<string, string>>,
    abortSignal: AbortSignal,
  ): Promise<XmlFields> {
    const form = new URLSearchParams({ Action: action, Version: version, ...parameters });
    const request = await signer.sign(requestFor(endpoint, form));
    const { response } = await config.requestHandler.handle(HttpRequest.clone(new HttpRequest(request)), {
      abortSignal,
    });
    const body = new TextDecoder().decode(await config.streamCollector(response.body));
    return readAnswer(action, response.statusCode, body);
  }

  async function call(action: string, parameters: Readonly<Record<string, string>> = {}): Promise<XmlFields> {
    return callWithLimit(
      action,
      readLimitMs(client.requestTimeoutMs),
      client,
      'repeated',
      async (abortSignal) => {
        for (let attempt = 1; ; attempt += 1) {
          try {
            return await sendOnce(action, parameters, abortSignal);
          } catch (error) {
            client.throttles.countIfThrottled(error);
            const failure = toApiFailure(action, error);
            const mayRetry = failure instanceof ApiFailure && RETRYABLE.has(failure.kind);
            if (attempt === READ_ATTEMPTS || !mayRetry) throw failure;
            await pause(100 * 2 ** attempt, undefined, { signal: abortSignal });
          }
        }
      },
    );
  }

  return { call };
}

/** Kinds of failure that a retry may overcome. */
const RETRYABLE: ReadonlySet<ApiFailure['kind']> = new Set(['throttled', 'timeout', 'unreachable', 'server']);

/** Whether an element is a list of items, which may be empty. */
export function isXmlList(element: unknown): boolean {
  return typeof element === 'string' ? element.trim() === '' : Object.hasOwn(xmlFields(element), 'item');
}

/** Reads a list of items. The parser gives it as an array, as one element, or as empty text. */
export function xmlItems(set: unknown): readonly XmlFields[] {
  const item = xmlFields(set).item;
  return (Array.isArray(item) ? item : item === undefined ? [] : [item]).map(xmlFields);
}

export function xmlFields(value: unknown): XmlFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

export function xmlText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function requestFor(endpoint: string, form: URLSearchParams): HttpRequest {
  const { protocol, hostname, port, host } = new URL(endpoint);
  return new HttpRequest({
    method: 'POST',
    protocol,
    hostname,
    ...(port === '' ? {} : { port: Number(port) }),
    path: '/',
    headers: { host, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: form.toString(),
  });
}

function readAnswer(action: string, status: number, body: string): XmlFields {
  let root: XmlFields;
  try {
    root = xmlFields(parseXML(body));
  } catch {
    root = {};
  }
  const answer = root[`${action}Response`];
  if (status === 200 && answer !== undefined) return xmlFields(answer);
  const error = readErrorIn(root);
  // In the form of the SDK's own errors, which `toApiFailure` reads.
  throw Object.assign(new Error(error.message ?? 'the answer is not what the API promises'), {
    name: error.code ?? (status >= 400 ? `HTTP ${status}` : 'SyntaxError'),
    $metadata: { httpStatusCode: status },
  });
}

/** EC2: `Response.Errors.Error`; STS: `ErrorResponse.Error`. */
function readErrorIn(root: XmlFields): { code: string | null; message: string | null } {
  const ec2 = xmlFields(xmlFields(xmlFields(root.Response).Errors).Error);
  const sts = xmlFields(xmlFields(root.ErrorResponse).Error);
  return { code: xmlText(ec2.Code ?? sts.Code), message: xmlText(ec2.Message ?? sts.Message) };
}
