import { describe, expect, it } from 'vitest';
import type { VirtualInterface } from '../../core/model.ts';
import { type ConfirmResult, confirmOnce, describeGone } from '../../run/confirm.ts';
import { ApiFailure, LedgerFailure } from '../../run/portErrors.ts';
import type { DirectConnect } from '../../run/ports.ts';
import { aVif, VGW } from '../support/builders.ts';

const ID = 'dxvif-aaaaaaaa';
const LOST = new ApiFailure('Confirm', 'timeout', 'no answer');
const DOUBT = 'Confirm failed (timeout): no answer; the next run tries again';

/** An API that answers a confirm with `answer` and the description after it with `now`, and records its calls. */
function api(answer: string | null | Error, now: VirtualInterface | null | Error, asked: string[] = []) {
  const answerTo = async <T>(call: string, answered: T | Error): Promise<T> => {
    asked.push(call);
    if (answered instanceof Error) throw answered;
    return answered;
  };
  const neverCalled = () => Promise.reject(new Error('this is never called'));
  const directConnect: DirectConnect = {
    list: neverCalled,
    ownConnections: neverCalled,
    confirm: (_, id, gateway) => answerTo(`confirm ${id} ${gateway}`, answer),
    describe: (id) => answerTo(`describe ${id}`, now),
    advertisedPrefixes: neverCalled,
    throttleCount: () => 0,
  };
  return { directConnect };
}

const failed = (message: string): ConfirmResult => ({
  outcome: 'failed',
  message,
  failures: [{ code: 'confirm-failed', message }],
  proof: null,
});

describe('an answer that says the interface was accepted is trusted, and no further call is made:', () => {
  it.each(['pending', 'available', 'down'])('%s', async (state) => {
    const asked: string[] = [];
    expect(await confirmOnce('private', ID, VGW.prod, api(state, null, asked))).toEqual({
      outcome: 'accepted',
      message: null,
      failures: [],
      proof: { by: 'confirm', state, doubt: null },
    });
    expect(asked).toEqual([`confirm ${ID} ${VGW.prod}`]);
  });
});

describe('after any other answer the interface is described once:', () => {
  it.each<[string, string | null | Error, string]>([
    ['no state', null, "the answer's state is missing; the next run tries again"],
    ['another state', 'confirming', "the answer's state is `confirming`; the next run tries again"],
    ['no answer', LOST, DOUBT],
  ])('%s', async (_, answer, doubt) => {
    const asked: string[] = [];
    const still = await confirmOnce('private', ID, VGW.prod, api(answer, aVif(), asked));
    expect(still).toEqual(failed(`${ID} is still confirming: ${doubt}`));
    expect(asked).toEqual([`confirm ${ID} ${VGW.prod}`, `describe ${ID}`]);
  });
});

describe('after a doubtful confirm, the described state is taken as the outcome:', () => {
  it.each<[string, VirtualInterface | null | Error, ConfirmResult]>([
    [
      'accepted, when it is on our gateway',
      aVif({ state: 'verifying', gateway: VGW.prod }),
      {
        outcome: 'accepted',
        message: null,
        failures: [],
        proof: { by: 'description', state: 'verifying', doubt: DOUBT },
      },
    ],
    [
      'still a request, whatever gateway it names',
      aVif({ gateway: VGW.prod }),
      failed(`${ID} is still confirming: ${DOUBT}`),
    ],
    [
      'not known yet, when it is on no gateway',
      aVif({ state: 'pending' }),
      failed(
        `${ID} may have been accepted: ${DOUBT}; it is \`pending\` on no gateway yet; the next run checks it`,
      ),
    ],
    [
      'not known yet, when it has no state either',
      aVif({ state: null }),
      failed(
        `${ID} may have been accepted: ${DOUBT}; it is of no state on no gateway yet; the next run checks it`,
      ),
    ],
    [
      'not known, when that cannot be asked',
      new ApiFailure('Describe', 'server', 'no'),
      failed(
        `${ID} may have been accepted: ${DOUBT}; then Describe failed (server): no; the next run tries again; the next run checks it`,
      ),
    ],
    [
      'an alarm, when it is on another gateway',
      aVif({ state: 'pending', gateway: VGW.lab }),
      {
        ...failed(
          `${ID} should be on gateway \`${VGW.prod}\` and is on \`${VGW.lab}\`: another party accepted it; find out who, and delete the interface if that is wrong`,
        ),
        failures: [
          {
            code: 'other-gateway',
            message: `${ID} should be on gateway \`${VGW.prod}\` and is on \`${VGW.lab}\`: another party accepted it; find out who, and delete the interface if that is wrong`,
          },
        ],
      },
    ],
    [
      'gone, when it exists no more',
      null,
      { outcome: 'gone', message: describeGone(null), failures: [], proof: null },
    ],
    [
      'gone, when it is over',
      aVif({ state: 'deleted', gateway: VGW.prod }),
      { outcome: 'gone', message: describeGone(aVif({ state: 'deleted' })), failures: [], proof: null },
    ],
  ])('%s', async (_, now, expected) => {
    expect(await confirmOnce('private', ID, VGW.prod, api(LOST, now))).toEqual(expected);
  });
});

describe('an error that is not a failed call is no doubtful outcome, and stops the run:', () => {
  const full = new LedgerFailure('the disk is full');
  it.each<[string, DirectConnect]>([
    ['in the confirm', api(full, null).directConnect],
    ['in the description after it', api(LOST, full).directConnect],
  ])('%s', async (_, directConnect) => {
    await expect(confirmOnce('private', ID, VGW.prod, { directConnect })).rejects.toBe(full);
  });
});

describe('a request that is no longer confirming is reported with its current state', () => {
  it.each<[VirtualInterface | null, string]>([
    [null, 'it does not exist'],
    [aVif({ state: 'available' }), '`available`'],
    [aVif({ state: null }), 'no state'],
  ])('%#', (vif, now) => {
    expect(describeGone(vif)).toBe(`no longer confirming right before the confirm: ${now}`);
  });
});
