import { describe, expect, it, vi } from 'vitest';
import { applyLedgerChanges } from '../../core/applyLedgerChanges.ts';
import { createEvent } from '../../core/events/event.ts';
import { digestOf } from '../../core/json.ts';
import { EMPTY_LEDGER, type LedgerChange, type LedgerState } from '../../core/ledgerState.ts';
import { LedgerFailure } from '../../run/portErrors.ts';
import type { Clock, Ledger, LedgerSession } from '../../run/ports.ts';
import {
  anAcceptance,
  anEndedRequest,
  anIntent,
  anObservation,
  aReceipt,
} from '../support/ledgerBuilders.ts';
import { type TestClock, testClock } from '../support/testClock.ts';
import { type InterruptedStore, inFile, inTable, interrupt } from './interruptedStores.ts';

vi.mock(import('node:fs/promises'), async (original) => {
  const { callStore } = await import('./interruptedStores.ts');
  const real = await original();
  const failure = () => Object.assign(new Error('the disk is not available'), { code: 'EIO' });
  return {
    ...real,
    open: async (...given: Parameters<typeof real.open>) => {
      // The interruption is before the call, because a file whose opening has a lost answer would stay open.
      await callStore(() => Promise.resolve(), failure);
      return real.open(...given);
    },
    rename: (...given: Parameters<typeof real.rename>) => callStore(() => real.rename(...given), failure),
  };
});

const KEY = 'outscale/eu-west-2/012345678901';
const LEASE_MS = 60_000;
const [ACCEPTED, ENDED] = ['dxvif-aaaaaaaa', 'dxvif-eeeeeeee'];
const POLICY = '{"format":1}';
const ORIGIN = {
  target: 'acme',
  provider: 'outscale',
  region: 'eu-west-2',
  account: '012345678901',
  policy: { digest: digestOf(POLICY), revision: 'v1' },
} as const;

function createTestEvent(type: 'Request Accepted' | 'Request Ended', id: string) {
  const notification = { who: '-', why: '-', byWhen: '-', toDo: '-' };
  return createEvent(type, ORIGIN, '2026-11-10T11:00:00.000Z', [id], { message: type, notification });
}

const acceptedEvent = createTestEvent('Request Accepted', ACCEPTED);
const endedEvent = createTestEvent('Request Ended', ENDED);

/** The writes of a run that observes two requests, accepts one and finds that the other has ended. */
const WRITES: readonly (readonly LedgerChange[])[] = [
  [
    { kind: 'observed', id: ACCEPTED, observation: anObservation() },
    { kind: 'observed', id: ENDED, observation: anObservation() },
    { kind: 'listed', at: '2026-11-10T11:00:00.000Z' },
  ],
  [
    { kind: 'policyUsed', digest: digestOf(POLICY), text: POLICY },
    { kind: 'intended', id: ACCEPTED, intent: anIntent() },
  ],
  [
    { kind: 'queued', event: acceptedEvent, mark: null },
    { kind: 'accepted', id: ACCEPTED, acceptance: anAcceptance(), receipt: aReceipt({ id: ACCEPTED }) },
    { kind: 'queued', event: endedEvent, mark: null },
    { kind: 'ended', id: ENDED, ended: anEndedRequest({ id: ENDED }) },
  ],
  // This is written when the lease is released.
  [{ kind: 'delivered', ids: [acceptedEvent.id] }],
];

const stateAfter = (writes: number): LedgerState =>
  applyLedgerChanges(EMPTY_LEDGER, WRITES.slice(0, writes).flat());

/** Makes the writes from this one on, the last of them while the session is closed. @param onWritten called after each */
async function writeFrom(first: number, session: LedgerSession, onWritten: () => void): Promise<void> {
  for (const changes of WRITES.slice(first, -1)) {
    await session.write(changes);
    onWritten();
  }
  await session.close(WRITES.at(-1) ?? []);
  onWritten();
}

async function take(ledger: Ledger): Promise<LedgerSession> {
  const session = await ledger.open(KEY, LEASE_MS);
  if (session === null) throw new Error('the lease was not free');
  return session;
}

/** A session as a run has it: after a failure it only releases its lease. @param written the number of completed writes */
async function runSession(ledger: Ledger, written: { count: number }): Promise<void> {
  const session = await take(ledger);
  try {
    await writeFrom(0, session, () => {
      written.count += 1;
    });
  } catch (error) {
    await session.close([]).catch(() => undefined);
    throw error;
  }
}

async function contentOf(ledger: Ledger) {
  const { receipts, ended, damaged } = await ledger.readRecords(KEY, new Date(0));
  expect(damaged).toEqual([]);
  const ids = (records: readonly { readonly id: string }[]) => records.map(({ id }) => id);
  return { state: await ledger.readState(KEY), receipts: ids(receipts), ended: ids(ended) };
}

type Content = Awaited<ReturnType<typeof contentOf>>;

/** Checks that all completed writes are there, and that of the interrupted one no record is there without its event. */
function expectComplete({ state, receipts, ended }: Content, written: number): void {
  const [before, after] = [stateAfter(written), stateAfter(written + 1)];
  for (const part of ['observations', 'intents', 'acceptances', 'outbox'] as const)
    for (const id of Object.keys({ ...before[part], ...after[part], ...state[part] }))
      expect([before[part][id], after[part][id]], `${part} of ${id}`).toContainEqual(state[part][id]);
  if (written > 2) expect([receipts, ended]).toEqual([[ACCEPTED], [ENDED]]);
  // The event may be delivered by now, which is the last write.
  if (written <= 2 && receipts.length > 0) expect(Object.keys(state.outbox)).toContain(acceptedEvent.id);
  if (written <= 2 && ended.length > 0) expect(Object.keys(state.outbox)).toContain(endedEvent.id);
  if (ACCEPTED in state.acceptances) expect(receipts).toEqual([ACCEPTED]);
}

/** Checks that a later session can make the interrupted write and the following ones, and that nothing is recorded twice. */
async function expectRecovery(store: InterruptedStore, written: number): Promise<void> {
  await writeFrom(Math.min(written, WRITES.length - 1), await take(store.open()), () => undefined);
  const { state, receipts, ended } = await contentOf(store.open());
  expect(state).toEqual(stateAfter(WRITES.length));
  expect([receipts, ended]).toEqual([[ACCEPTED], [ENDED]]);
  expect(await store.open().readPolicy(digestOf(POLICY))).toBe(POLICY);
}

/** The number of calls of a session that is not interrupted. */
async function countCalls(begin: (clock: Clock) => Promise<InterruptedStore>): Promise<number> {
  const store = await begin(testClock());
  const { ended, count } = interrupt('refused', -1, () => runSession(store.open(), { count: 0 }));
  await ended;
  // Otherwise the tests would interrupt nothing.
  expect(count()).toBeGreaterThanOrEqual(WRITES.length + 2);
  return count();
}

async function forEachCall(
  begin: (clock: Clock) => Promise<InterruptedStore>,
  check: (index: number, store: InterruptedStore, clock: TestClock) => Promise<void>,
): Promise<void> {
  const calls = await countCalls(begin);
  for (let index = 0; index < calls; index += 1) {
    const clock = testClock();
    await check(index, await begin(clock), clock);
  }
}

describe.each([
  ['a file', inFile],
  ['a table', inTable],
])('in %s, when any one call of a session', (_, begin) => {
  it.each(['refused', 'answerLost'] as const)(
    'has the result `%s`, completed writes are kept, and the next session makes the others',
    async (kind) => {
      await forEachCall(begin, async (index, store, clock) => {
        const written = { count: 0 };
        const { ended } = interrupt(kind, index, () => runSession(store.open(), written));
        const error = await ended.then(
          () => null,
          (thrown: unknown) => thrown,
        );
        // A call that only tidies up may fail without an error.
        if (written.count < WRITES.length) expect(error).toBeInstanceOf(LedgerFailure);
        expectComplete(await contentOf(store.open()), written.count);
        clock.advance(LEASE_MS);
        await expectRecovery(store, written.count);
      });
    },
  );

  it('is not made because the process is killed, completed writes are kept, and the next session makes the others', async () => {
    await forEachCall(begin, async (index, store, clock) => {
      const written = { count: 0 };
      const { ended, reached } = interrupt('killed', index, () => runSession(store.open(), written));
      ended.catch(() => undefined);
      await reached;
      await store.closeAbandoned();
      expectComplete(await contentOf(store.open()), written.count);
      clock.advance(LEASE_MS);
      await expectRecovery(store, written.count);
    });
  });
});

it('in a table, a session that is suspended before any of its calls until another one has taken its lease changes nothing more', async () => {
  let lost = 0;
  await forEachCall(inTable, async (index, store, clock) => {
    // Before its first call, a session has no lease to lose.
    if (index === 0) return;
    const written = { count: 0 };
    const { ended, reached, resume } = interrupt('suspended', index, () => runSession(store.open(), written));
    const settled = ended.then(
      () => 'done' as const,
      (error: unknown) => error,
    );
    await reached;
    clock.advance(LEASE_MS);
    await expectRecovery(store, written.count);
    const before = await contentOf(store.open());
    resume();
    const end = await settled;
    if (end !== 'done') expect(end).toBeInstanceOf(LedgerFailure);
    if (end !== 'done') lost += 1;
    expect(await contentOf(store.open())).toEqual(before);
  });
  expect(lost).toBeGreaterThan(3);
});
