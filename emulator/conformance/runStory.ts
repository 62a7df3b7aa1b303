import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { DAY, parseDuration } from '../clock.ts';
import type { DialectName } from '../dialects.ts';
import { compare, type Difference, MissingReference, memberAt, resolveReferences } from './expectation.ts';
import { type Answer, callService as callByHttp, type Keys, type ServiceCall } from './serviceClient.ts';
import type { CallStep, ClockStep, Role, Story, StoryService } from './story.ts';

/** An account of the story at an implementation. */
export interface Account {
  readonly id: string;
  readonly keys: Keys;
}

function emulatedAccount(id: string): Account {
  return { id, keys: { accessKeyId: id, secretAccessKey: 'secret', sessionToken: null, headers: {} } };
}

/** Accounts of the emulator: the access key ID is the account, the secret is the same for all. */
export const EMULATED_ACCOUNTS: Readonly<Record<Role, Account>> = {
  owner: emulatedAccount('210987654321'),
  recipient: emulatedAccount('012345678901'),
  unrelated: emulatedAccount('999999999999'),
};

/** Where and as whom a story is run. */
export interface Implementation {
  readonly endpoints: Readonly<Record<StoryService, string>>;
  readonly region: string;
  readonly dialect: DialectName;
  readonly accounts: Readonly<Record<Role, Account>>;
  /** how long a step may wait in real time, in milliseconds, where the clock cannot be moved */
  readonly patience: number;
  /** another client than the one that is built in */
  readonly callService?: (call: ServiceCall) => Promise<Answer>;
}

export type Result =
  | { readonly kind: 'ok' }
  | { readonly kind: 'differs'; readonly differences: readonly Difference[] }
  /** the implementation has no such operation, or no clock that can be moved */
  | { readonly kind: 'notSupported'; readonly why: string }
  /** the step needs an output that an earlier step did not keep */
  | { readonly kind: 'skipped'; readonly reference: string };

export interface StepResult {
  readonly step: string;
  /** such as `directconnect CreateConnection as owner` */
  readonly call: string;
  readonly result: Result;
}

/** Runs the steps of the story that are for the dialect, in order. @param report receives each result at once */
export async function runStory(
  story: Story,
  implementation: Implementation,
  report: (result: StepResult) => void = () => {},
): Promise<readonly StepResult[]> {
  const { accounts, dialect } = implementation;
  const ids = Object.entries(accounts).map(([role, { id }]): [string, string] => [role, id]);
  const known = new Map([...Object.entries(story.values), ...ids]);
  // Makes names of this run different from those of earlier runs, whose resources a real service still has.
  known.set('region', implementation.region);
  known.set('run', randomBytes(4).toString('hex'));
  const results: StepResult[] = [];
  for (const step of story.steps.filter(({ dialects }) => dialects.includes(dialect))) {
    const isCall = 'operation' in step;
    const call = isCall ? `${step.service} ${step.operation} as ${step.as}` : `clock + ${step.advance}`;
    const result = isCall
      ? await runCall(step, known, implementation)
      : await moveClock(step, implementation);
    results.push({ step: step.step, call, result });
    report({ step: step.step, call, result });
  }
  return results;
}

async function runCall(
  step: CallStep,
  known: Map<string, string>,
  implementation: Implementation,
): Promise<Result> {
  try {
    const expected = resolveReferences(step.expected, known) as CallStep['expected'];
    const input = resolveReferences(step.input, known);
    const answer = await callUntil(step, input, expected, implementation);
    const result = evaluate(answer, expected);
    if (answer.kind === 'output') keepOutputs(step, answer.output, known);
    return result;
  } catch (error) {
    if (error instanceof MissingReference) return { kind: 'skipped', reference: error.reference };
    throw error;
  }
}

// Also of an answer that differs: later steps can still show what else does.
function keepOutputs({ keep }: CallStep, output: unknown, known: Map<string, string>): void {
  for (const [name, path] of Object.entries(keep)) {
    const value = memberAt(output, path);
    if (typeof value === 'string' && value !== '') known.set(name, value);
  }
}

/** How often a call is repeated at most while the clock is moved through the time that its step may take. */
const REPETITIONS = 20;
const REAL_INTERVAL_MS = 2_000;

async function callUntil(
  step: CallStep,
  input: unknown,
  expected: CallStep['expected'],
  implementation: Implementation,
): Promise<Answer> {
  const { endpoints, region, accounts, patience, callService = callByHttp } = implementation;
  const { service, operation } = step;
  const call = {
    endpoint: endpoints[service],
    region,
    keys: accounts[step.as].keys,
    service,
    operation,
    input,
  };
  let waited = 0;
  let answer = await callService(call);
  for (
    let i = 0;
    i < REPETITIONS && step.within > 0 && evaluate(answer, expected).kind === 'differs';
    i += 1
  ) {
    const moved = await advanceClock(implementation, step.within / REPETITIONS);
    if (!moved) {
      if (waited >= Math.min(patience, step.within)) break;
      await pause(REAL_INTERVAL_MS);
      waited += REAL_INTERVAL_MS;
      // Only the real time limits the repetitions.
      i = 0;
    }
    answer = await callService(call);
  }
  return answer;
}

/** Codes of services, and of emulators of them, for an operation that they do not have. */
const UNKNOWN_OPERATION = [
  'UnknownOperationException',
  'UnknownOperation',
  'InvalidAction',
  'NotImplemented',
  'NotImplementedError',
];

function evaluate(answer: Answer, expected: CallStep['expected']): Result {
  if (answer.kind === 'unreadable') return differs(expected, answer.why);
  if (answer.kind === 'error') {
    const { code, status, message } = answer;
    // An error without a code has no form of the service: a server answers so that knows of no such operation.
    if (code === '' || UNKNOWN_OPERATION.includes(code) || status === 404 || status === 501) {
      return { kind: 'notSupported', why: `error ${status} ${code} ${message.replace(/\s+/g, ' ')}`.trim() };
    }
    const isExpected = 'errorCodes' in expected && expected.errorCodes.includes(code);
    return isExpected ? { kind: 'ok' } : differs(expected, `error ${status} ${code}: ${message}`);
  }
  if ('errorCodes' in expected) return differs(expected, answer.output);
  const differences = compare(expected.members, answer.output, '');
  return differences.length === 0 ? { kind: 'ok' } : { kind: 'differs', differences };
}

function differs(expected: CallStep['expected'], found: unknown): Result {
  const wanted = 'errorCodes' in expected ? `error ${expected.errorCodes.join(' or ')}` : expected.members;
  return { kind: 'differs', differences: [{ path: '', expected: wanted, found }] };
}

async function moveClock({ advance }: ClockStep, implementation: Implementation): Promise<Result> {
  const milliseconds = parseDuration(advance);
  if (milliseconds !== null && (await advanceClock(implementation, milliseconds))) return { kind: 'ok' };
  return { kind: 'notSupported', why: 'it has no clock that can be moved' };
}

/** Moves the clock by the control route of this emulator. @returns whether the implementation has it */
async function advanceClock({ endpoints }: Implementation, milliseconds: number): Promise<boolean> {
  const days = Math.floor(milliseconds / DAY);
  const body = JSON.stringify({ advance: `P${days}DT${Math.ceil((milliseconds - days * DAY) / 1000)}S` });
  const url = new URL('/_simulator/clock', endpoints.directconnect);
  try {
    const response = await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(10_000) });
    const answer: unknown = response.ok ? await response.json() : null;
    return Object.hasOwn(Object(answer), 'now');
  } catch {
    return false;
  }
}
