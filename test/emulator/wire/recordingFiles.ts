import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Call } from './allCalls.ts';

export const CLIENTS = ['sdk', 'cli'] as const;
export type Client = (typeof CLIENTS)[number];

/** An HTTP request of a client, without headers that describe the machine. */
export interface Recording {
  /** the `says` of the call variant */
  readonly call: string;
  readonly client: Client;
  readonly method: string;
  readonly path: string;
  /** by lower-case name */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const fileOf = (operation: string): string =>
  fileURLToPath(new URL(`../recordings/${operation}.json`, import.meta.url));

/** The recordings of an operation, in the order of its calls. */
export function recordingsOf(operation: string): readonly Recording[] {
  const file = fileOf(operation);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
}

/** `undefined` if the call was never recorded. */
export function recordingOf({ operation, says }: Call, client: Client): Recording | undefined {
  return recordingsOf(operation).find((known) => known.call === says && known.client === client);
}

/** Writes a recording, and replaces the previous one. */
export function saveRecording({ operation, says }: Call, recording: Recording): void {
  const others = recordingsOf(operation).filter(
    ({ call, client }) => call !== says || client !== recording.client,
  );
  const all = [...others, recording].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  writeFileSync(fileOf(operation), `${JSON.stringify(all, null, 2)}\n`);
}

function keyOf({ call, client }: Recording): string {
  return `${call} ${client}`;
}

/** The parts of a request that are the same in every release of a client, and on every machine. */
export function comparableRequest({ method, path, headers, body }: Omit<Recording, 'call' | 'client'>) {
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  const [, region, service] =
    /Credential=\d{12}\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(headers.authorization ?? '') ?? [];
  return {
    method,
    path,
    type,
    target: headers['x-amz-target'] ?? null,
    hasToken: headers['x-amz-security-token'] !== undefined,
    region,
    service,
    asked: type === 'application/x-www-form-urlencoded' ? formOf(body) : JSON.parse(body),
  };
}

/** A request without its time, host, and invocation ID. */
export function storedForm({ headers, ...rest }: Recording) {
  const { host, 'x-amz-date': date, 'amz-sdk-invocation-id': id, authorization = '', ...lasting } = headers;
  const signed = /SignedHeaders=([^,]+)/.exec(authorization)?.[1];
  return { ...rest, headers: { ...lasting, signed }, complete: [host, date, id].every(Boolean) };
}

/** Sorted by name: the order is irrelevant to the API. */
function formOf(body: string): Record<string, string> {
  const entries = [...new URLSearchParams(body)];
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
