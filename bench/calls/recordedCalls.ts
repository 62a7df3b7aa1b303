import { subscribe } from 'node:diagnostics_channel';
import { IncomingMessage, ServerResponse } from 'node:http';
import { finiteNumber, list, looseObject, type Reader, text } from '../../emulator/decoders.ts';

/** Records the calls that the servers of this process get. */
export interface CallRecorder {
  /** @returns the calls since the last time */
  take(): readonly RecordedCall[];
}

/** Records every signed request to a server of this process, without changing the server. */
export function recordServerCalls(): CallRecorder {
  let recorded: RecordedCall[] = [];
  subscribe('http.server.request.start', (message) => {
    const { request, response } = Object(message);
    if (!(request instanceof IncomingMessage && response instanceof ServerResponse)) return;
    const scope = /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\//.exec(request.headers.authorization ?? '');
    if (scope === null) return;
    const at = now();
    const chunks: Uint8Array[] = [];
    request.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    response.on('finish', () => {
      const [, key = '', region = '', service = ''] = scope;
      const body = Buffer.concat(chunks).toString();
      const target = String(request.headers['x-amz-target'] ?? '');
      const operation = /\.(\w+)$/.exec(target)?.[1] ?? new URLSearchParams(body).get('Action') ?? '';
      const contentType = request.headers['content-type'] ?? '';
      recorded.push({ at, until: now(), key, region, service, operation, target, contentType, body });
    });
  });
  return {
    take: () => {
      const taken = recorded;
      recorded = [];
      return taken;
    },
  };
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

/** A call that a server of the benchmark recorded. */
export interface RecordedCall {
  /** when the call arrived and when its answer was sent, in milliseconds since the epoch */
  readonly at: number;
  readonly until: number;
  /** of the signature */
  readonly key: string;
  readonly region: string;
  readonly service: string;
  readonly operation: string;
  readonly target: string;
  readonly contentType: string;
  readonly body: string;
}

export const readRecordedCalls: Reader<readonly RecordedCall[]> = list(
  looseObject<RecordedCall>({
    at: finiteNumber,
    until: finiteNumber,
    key: text,
    region: text,
    service: text,
    operation: text,
    target: text,
    contentType: text,
    body: text,
  }),
);

/** The two sides did not make the same calls, so their times cannot be compared. */
class DifferentCalls extends Error {
  override readonly name = 'DifferentCalls';
}

/** @throws DifferentCalls */
export function assertSameCalls(ours: readonly RecordedCall[], bound: readonly RecordedCall[]): void {
  const [a, b] = [tally(ours), tally(bound)];
  const names = [...new Set([...a.keys(), ...b.keys()])].sort();
  const differing = names.filter((name) => a.get(name) !== b.get(name));
  if (differing.length === 0) return;
  const differences = differing.map((name) => `${name} ${a.get(name) ?? 0} against ${b.get(name) ?? 0}`);
  throw new DifferentCalls(`the two sides made different calls: ${differences.join(', ')}`);
}

/** Counts calls by service and operation. */
function tally(recorded: readonly RecordedCall[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { service, operation } of recorded) {
    const name = `${service} ${operation}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
