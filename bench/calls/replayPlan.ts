import { createHash, createHmac } from 'node:crypto';
import { openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { finiteNumber, list, looseObject, text } from '../../emulator/decoders.ts';
import type { RecordedCall } from './recordedCalls.ts';

const CONFIRM = 'ConfirmPrivateVirtualInterface';
const GATEWAYS = 'DescribeVpnGateways';

/**
 * The lower bound of a run that accepts requests. Calls before the first description and after the last confirm are made in
 * sequence. Between them are concurrent lanes, each of which takes the next request: its description and the gateways at once, a
 * share of the ledger's calls, the confirm, and another share. The ledger's calls are those of the run, distributed evenly.
 */
export function planAcceptances(recorded: readonly RecordedCall[], lanes: number): Plan<RecordedCall> {
  const calls = recorded.toSorted((a, b) => a.at - b.at);
  const first = calls.findIndex(isDescription);
  const last = calls.findLastIndex(({ operation }) => operation === CONFIRM);
  if (first === -1 || last < first) throw new Error('the run confirmed nothing');
  const middle = calls.slice(first, last + 1);
  const descriptions = middle.filter(isDescription);
  const gateways = middle.filter(({ operation }) => operation === GATEWAYS);
  const confirms = middle.filter(({ operation }) => operation === CONFIRM);
  const rest = middle.filter(
    (call) => ![descriptions, gateways, confirms].some((kind) => kind.includes(call)),
  );
  const odd = rest.find(({ service }) => service !== 'dynamodb');
  if (odd !== undefined)
    throw new Error(`a run that accepts requests does not normally call ${odd.operation}`);

  const requests = Math.max(descriptions.length, confirms.length);
  const sequences = Array.from(
    { length: requests },
    (_, i): Lane<RecordedCall> => [
      [...share(descriptions, i, requests), ...share(gateways, i, requests)],
      ...one(share(rest, 2 * i, 2 * requests)),
      share(confirms, i, requests),
      ...one(share(rest, 2 * i + 1, 2 * requests)),
    ],
  );
  return [
    [inSequence(calls.slice(0, first))],
    inLanes(sequences, lanes),
    [inSequence(calls.slice(last + 1))],
  ];
}

function isDescription({ operation, body }: RecordedCall): boolean {
  return operation === 'DescribeVirtualInterfaces' && body.includes('"virtualInterfaceId"');
}

/** The `i`th of `n` parts whose lengths differ by at most one. */
function share(calls: readonly RecordedCall[], i: number, n: number): RecordedCall[] {
  return calls.slice(Math.floor((i * calls.length) / n), Math.floor(((i + 1) * calls.length) / n));
}

function one(calls: readonly RecordedCall[]): Step<RecordedCall>[] {
  return calls.map((call) => [call]);
}

/** Makes the calls of a plan in its order. */
export async function runPlan<Call>(plan: Plan<Call>, make: (call: Call) => Promise<void>): Promise<void> {
  for (const stage of plan) {
    await Promise.all(
      stage.map(async (lane) => {
        for (const step of lane)
          await (step[0] && step.length === 1 ? make(step[0]) : Promise.all(step.map(make)));
      }),
    );
  }
}

/** Calls to be replayed. The lanes of a stage are concurrent, the steps of a lane are sequential, the calls of a step are made at once. */
export type Plan<Call> = readonly Stage<Call>[];
export type Stage<Call> = readonly Lane<Call>[];
export type Lane<Call> = readonly Step<Call>[];
export type Step<Call> = readonly Call[];

/** In the recorded order; calls that overlapped are made at once. */
export function inSequence(recorded: readonly RecordedCall[]): Lane<RecordedCall> {
  const steps: RecordedCall[][] = [];
  let over = Number.NEGATIVE_INFINITY;
  for (const call of recorded.toSorted((a, b) => a.at - b.at)) {
    const last = steps.at(-1);
    if (last === undefined || call.at >= over) {
      steps.push([call]);
      over = call.until;
    } else {
      last.push(call);
      // A call that starts when the first of them has ended was waiting for it.
      over = Math.min(over, call.until);
    }
  }
  return steps;
}

/** Distributes sequences over lanes in turn. */
export function inLanes(sequences: readonly Lane<RecordedCall>[], lanes: number): Stage<RecordedCall> {
  return Array.from({ length: lanes }, (_, lane) =>
    sequences.filter((__, i) => i % lanes === lane).flatMap((sequence) => [...sequence]),
  );
}

/** A call whose body is in a file, so that the size of a plan does not affect the measured memory. */
export interface PlannedCall
  extends Pick<RecordedCall, 'key' | 'region' | 'service' | 'operation' | 'target' | 'contentType'> {
  readonly from: number;
  readonly bytes: number;
}

const readCalls = list(
  list(
    list(
      list(
        looseObject<PlannedCall>({
          key: text,
          region: text,
          service: text,
          operation: text,
          target: text,
          contentType: text,
          from: finiteNumber,
          bytes: finiteNumber,
        }),
      ),
    ),
  ),
);

/** @param renamed a text in the bodies and its replacement: the name of another table */
export function writePlan(plan: Plan<RecordedCall>, file: string, renamed: readonly [string, string]): void {
  const bodies: Buffer[] = [];
  let from = 0;
  const place = ({ at: _, until: __, body, ...call }: RecordedCall): PlannedCall => {
    const bytes = Buffer.from(body.replaceAll(...renamed));
    bodies.push(bytes);
    const planned = { ...call, from, bytes: bytes.length };
    from += bytes.length;
    return planned;
  };
  const planned = plan.map((stage) => stage.map((lane) => lane.map((step) => step.map(place))));
  writeFileSync(file, JSON.stringify(planned));
  writeFileSync(`${file}.bodies`, Buffer.concat(bodies));
}

export function readPlan(file: string): { plan: Plan<PlannedCall>; bodyOf(call: PlannedCall): Buffer } {
  const plan = readCalls(JSON.parse(readFileSync(file, 'utf8')), '');
  const bodies = openSync(`${file}.bodies`, 'r');
  return {
    plan,
    bodyOf: ({ from, bytes }) => {
      const body = Buffer.alloc(bytes);
      readSync(bodies, body, 0, bytes, from);
      return body;
    },
  };
}

/** The signed parts of a call. All calls are sent to `/`. */
export interface Signable {
  readonly host: string;
  readonly key: string;
  readonly region: string;
  readonly service: string;
  readonly target: string;
  readonly contentType: string;
  readonly body: Uint8Array;
}

const SECRET = 'secret';
const signingKeys = new Map<string, Buffer>();

/** Returns headers with a signature of version 4. */
function signedHeaders(call: Signable, at: Date): Record<string, string> {
  const { host, key, region, service, target, contentType, body } = call;
  const time = at.toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const headers: Record<string, string> = { 'content-type': contentType, host, 'x-amz-date': time };
  if (target !== '') headers['x-amz-target'] = target;
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const canonical = `POST\n/\n\n${lines.join('')}\n${names}\n${sha256(body)}`;
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`;
  const signature = hmac(signingKey(scope), toSign).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${key}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return { ...headers, authorization, 'content-length': String(body.length) };
}

/** Cached, as in the SDK. */
function signingKey(scope: string): Buffer {
  const known = signingKeys.get(scope);
  if (known !== undefined) return known;
  const made = scope.split('/').reduce<Buffer>(hmac, Buffer.from(`AWS4${SECRET}`));
  signingKeys.set(scope, made);
  return made;
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

/** URLs of the three servers. */
export interface ServerUrls {
  readonly provider: string;
  readonly ledger: string;
  readonly bus: string;
}

export type SignedCall = Omit<Signable, 'host'>;

const agent = new Agent({ keepAlive: true, maxSockets: 50 });

/** Sends one call with minimal overhead: signed without an SDK, over a kept-alive connection. @returns the answer's text */
export function sendSigned(places: ServerUrls, call: SignedCall): Promise<string> {
  const url = new URL(placeOf(places, call.service));
  return new Promise((resolve, reject) => {
    const take = (response: IncomingMessage): void => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`${call.target || call.service}: HTTP ${response.statusCode}, ${text}`));
      });
    };
    const { hostname, port, host } = url;
    const headers = signedHeaders({ ...call, host }, new Date());
    const sending = request({ agent, hostname, port, method: 'POST', path: '/', headers }, take);
    sending.on('error', reject);
    sending.end(call.body);
  });
}

function placeOf({ provider, ledger, bus }: ServerUrls, service: string): string {
  if (service === 'dynamodb') return ledger;
  return service === 'events' ? bus : provider;
}
