import { describe, expect, it } from 'vitest';
import type { VirtualInterface } from '../../core/model.ts';
import { type ConfirmResult, confirmOnce, describeGone } from '../../run/confirm.ts';
import { ApiFailure, LedgerFailure } from '../../run/portErrors.ts';
import type { DirectConnect } from '../../run/ports.ts';
import { aVif, VGW } from '../support/builders.ts';

const ID = 'dxvif-aaaaaaaa';
const LOST = new ApiFailure('Confirm', 'timeout', 'no answer');
const DOUBT = 'Confirm failed (timeout): no answer; the next pass tries again';

/** An API that answers a confirm with `answer`, and a look after it with `now`; what it is asked is noted. */
function api(answer: string | null | Error, now: VirtualInterface | null | Error, asked: string[] = []) {
  const tell = async <T>(question: string, said: T | Error): Promise<T> => {
    asked.push(question);
    if (said instanceof Error) throw said;
    return said;
  };
  const unasked = () => Promise.reject(new Error('nobody asks for this'));
  const directConnect: DirectConnect = {
    list: unasked,
    ownConnections: unasked,
    confirm: (id, gateway) => tell(`confirm ${id} ${gateway}`, answer),
    describe: (id) => tell(`describe ${id}`, now),
    throttleCount: () => 0,
  };
  return { directConnect };
}

const failed = (message: string): ConfirmResult => ({
  outcome: 'failed',
  message,
  failures: [{ code: 'confirm-failed', message }],
  answer: null,
});

describe('an answer that says it was accepted is believed, and nothing more is asked', () => {
  it.each(['pending', 'available', 'down'])('%s', async (state) => {
    const asked: string[] = [];
    expect(await confirmOnce(ID, VGW.prod, api(state, null, asked))).toEqual({
      outcome: 'accepted',
      message: null,
      failures: [],
      answer: { by: 'confirm', state, doubt: null },
    });
    expect(asked).toEqual([`confirm ${ID} ${VGW.prod}`]);
  });
});

describe('any other answer is a doubt, and the interface is asked for once', () => {
  it.each<[string, string | null | Error, string]>([
    ['no state', null, "the answer's state is missing; the next pass tries again"],
    ['another state', 'confirming', "the answer's state is `confirming`; the next pass tries again"],
    ['no answer', LOST, DOUBT],
  ])('%s', async (_, answer, doubt) => {
    const asked: string[] = [];
    const still = await confirmOnce(ID, VGW.prod, api(answer, aVif(), asked));
    expect(still).toEqual(failed(`${ID} is still confirming: ${doubt}`));
    expect(asked).toEqual([`confirm ${ID} ${VGW.prod}`, `describe ${ID}`]);
  });
});

describe('after a doubt, what the API says now is what happened', () => {
  it.each<[string, VirtualInterface | null | Error, ConfirmResult]>([
    [
      'accepted, when it is on our gateway',
      aVif({ state: 'verifying', gateway: VGW.prod }),
      {
        outcome: 'accepted',
        message: null,
        failures: [],
        answer: { by: 'description', state: 'verifying', doubt: DOUBT },
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
        `${ID} may have been accepted: ${DOUBT}; it is \`pending\` on no gateway yet; the next pass finds out`,
      ),
    ],
    [
      'not known yet, when it has no state either',
      aVif({ state: null }),
      failed(
        `${ID} may have been accepted: ${DOUBT}; it is of no state on no gateway yet; the next pass finds out`,
      ),
    ],
    [
      'not known, when that cannot be asked',
      new ApiFailure('Describe', 'server', 'no'),
      failed(
        `${ID} may have been accepted: ${DOUBT}; then Describe failed (server): no; the next pass tries again; the next pass finds out`,
      ),
    ],
    [
      'an alarm, when it is on another gateway',
      aVif({ state: 'pending', gateway: VGW.lab }),
      {
        ...failed(
          `${ID} was to get gateway \`${VGW.prod}\` and is on \`${VGW.lab}\`: somebody else accepted it; check who, and delete it if it is wrong`,
        ),
        failures: [
          {
            code: 'other-gateway',
            message: `${ID} was to get gateway \`${VGW.prod}\` and is on \`${VGW.lab}\`: somebody else accepted it; check who, and delete it if it is wrong`,
          },
        ],
      },
    ],
    [
      'gone, when it exists no more',
      null,
      { outcome: 'gone', message: describeGone(null), failures: [], answer: null },
    ],
    [
      'gone, when it is over',
      aVif({ state: 'deleted', gateway: VGW.prod }),
      { outcome: 'gone', message: describeGone(aVif({ state: 'deleted' })), failures: [], answer: null },
    ],
  ])('%s', async (_, now, expected) => {
    expect(await confirmOnce(ID, VGW.prod, api(LOST, now))).toEqual(expected);
  });
});

describe('what is no failure of a call is no doubt either, and stops the pass', () => {
  const full = new LedgerFailure('the disk is full');
  it.each<[string, DirectConnect]>([
    ['in the confirm', api(full, null).directConnect],
    ['in the look after it', api(LOST, full).directConnect],
  ])('%s', async (_, directConnect) => {
    await expect(confirmOnce(ID, VGW.prod, { directConnect })).rejects.toBe(full);
  });
});

describe('a request that is none any more is told by what it is now', () => {
  it.each<[VirtualInterface | null, string]>([
    [null, 'it does not exist any more'],
    [aVif({ state: 'available' }), '`available`'],
    [aVif({ state: null }), 'no state'],
  ])('%#', (vif, now) => {
    expect(describeGone(vif)).toBe(`no longer confirming when we came to confirm it: ${now}`);
  });
});
