import { describe, expect, it } from 'vitest';
import { applyLedgerChange } from '../../core/applyLedgerChanges.ts';
import type { EndedRequest } from '../../core/endedRequest.ts';
import type { RunFacts } from '../../core/events/eventDefinition.ts';
import { createRunFailedEvent } from '../../core/events/runFailed.ts';
import type { FollowUp } from '../../core/followUp.ts';
import { FOLLOW_UP_PROBLEMS } from '../../core/ledgerEntries.ts';
import type { RunProblem, RunProblemCode } from '../../core/runReport.ts';
import { VGW } from '../support/builders.ts';
import { ORIGIN, PUBLISHED_AT, publish, publishInTurn } from '../support/eventFixtures.ts';
import { aLedger, anAcceptance, anEndedRequest, aReceipt, storedReasons } from '../support/ledgerBuilders.ts';

const LIVE = 'dxvif-bbbbbbbb';

it('an acceptance event names gateway, grant and ticket', () => {
  const receipts = [aReceipt({ grant: 'prod', tickets: { lab: 'NET-1', prod: 'NET-2' } })];
  expect(publish(aLedger(), { receipts }).detail).toMatchObject({
    message: `accepted \`dxvif-aaaaaaaa\` on \`dxcon-11111111\` (vlan 101, name \`acme-prod-1\`) of owner \`acme\` by grant \`prod\` to gateway \`${VGW.prod}\``,
    request: {
      id: 'dxvif-aaaaaaaa',
      connection: 'dxcon-11111111',
      vlan: 101,
      name: 'acme-prod-1',
      firstSeen: '2026-11-10T10:00:05.000Z',
      deadline: { earliest: '2026-11-17T09:00:00.000Z', latest: '2026-11-17T10:00:05.000Z' },
    },
    owner: 'acme',
    grant: 'prod',
    ticket: 'NET-2',
    gateway: VGW.prod,
    acceptedAt: '2026-11-10T11:00:01.000Z',
  });
  expect(publish(aLedger(), { receipts: [aReceipt()] }).detail).toMatchObject({ ticket: null });
});

describe('the event of an end says how long the request was pending, and why', () => {
  const week = 7 * 24 * 3600;
  const unseen = { firstSeen: null, pendingSeconds: null };
  it.each<[Partial<EndedRequest>, string, string]>([
    [
      { as: 'expired', pendingSeconds: week, held: storedReasons('frozen', 'no-grant', 'no-grant') },
      'Request Expired',
      'expired unaccepted, first seen 2026-11-10T10:00:05.000Z, 7 days before; it was held for frozen and no-grant',
    ],
    [
      { as: 'expired', ...unseen },
      'Request Expired',
      'expired unaccepted, and was never observed: it was made and expired while no run was complete',
    ],
    [
      { as: 'rejected', pendingSeconds: 7199, failures: 2 },
      'Request Ended',
      'was withdrawn by its requester, first seen 2026-11-10T10:00:05.000Z, 1 hours before; 2 confirms failed',
    ],
    [
      { as: 'deleted', held: storedReasons('frozen'), failures: 2 },
      'Request Ended',
      'was deleted, first seen 2026-11-10T10:00:05.000Z, 2 hours before; it was held for frozen',
    ],
    [
      { as: 'vanished' },
      'Request Ended',
      'is no longer listed and unknown by its ID, first seen 2026-11-10T10:00:05.000Z, 2 hours before',
    ],
    [
      { as: 'acceptedByOthers' },
      'Request Ended',
      'was accepted by somebody else, first seen 2026-11-10T10:00:05.000Z, 2 hours before',
    ],
  ])('%j: %s', (given, type, words) => {
    const { id, endedAt, connection, vlan, name, firstSeen, as, pendingSeconds, held, failures } =
      anEndedRequest(given);
    const published = publish(aLedger(), { ended: [anEndedRequest(given)] });
    expect(published.type).toBe(type);
    expect(published.detail).toMatchObject({
      message: `\`${id}\` on \`dxcon-11111111\` (vlan 101, name \`acme-prod-1\`) ${words}`,
      request: { id, connection, vlan, name, firstSeen },
      ...{ as, endedAt, pendingSeconds, reasons: held, failures },
    });
  });

  it('is not published for an acceptance by this product, which has its own event', () => {
    expect(publishInTurn(aLedger(), { ended: [anEndedRequest({ as: 'accepted' })] })).toEqual([[]]);
  });
});

describe('a problem of an accepted interface', () => {
  const state = aLedger({ acceptances: { [LIVE]: anAcceptance() } });
  const acceptedAt = '2026-11-10T11:00:00.000Z';
  const passWith = (problem: FollowUp['problem']): Partial<RunFacts> => ({
    followUps: [
      {
        id: LIVE,
        owner: 'acme',
        gateway: VGW.prod,
        acceptedAt,
        problem,
        message: 'it is odd',
        fix: null,
        connection: null,
      },
    ],
  });

  it('is published once, and again when the problem changes', () => {
    const runs = [...FOLLOW_UP_PROBLEMS, ...FOLLOW_UP_PROBLEMS].sort().map(passWith);
    const published = publishInTurn(state, ...runs).map((events) =>
      events.map(({ detail }) => detail.problem),
    );
    expect(published).toEqual([...FOLLOW_UP_PROBLEMS].sort().flatMap((problem) => [[problem], []]));
  });

  it('is published with the owner of the interface', () => {
    expect(publish(state, passWith('down')).detail).toMatchObject({
      message: `\`${LIVE}\` of owner \`acme\`, accepted for gateway \`${VGW.prod}\`: it is odd`,
      interface: { id: LIVE, owner: 'acme', gateway: VGW.prod, acceptedAt },
      problem: 'down',
    });
  });

  it('is published with the command that fixes it, if there is one', () => {
    const fix = 'aws ec2 enable-vgw-route-propagation …';
    const [unrouted] = passWith('unrouted').followUps ?? [];
    const followUps = unrouted === undefined ? [] : [{ ...unrouted, fix }];
    expect(publish(state, { followUps }).detail).toMatchObject({
      message: expect.stringContaining(`: it is odd; to fix it: ${fix}`),
      problem: 'unrouted',
      notification: { why: 'it is odd', toDo: fix },
    });
  });
});

describe('the event about failing runs', () => {
  const failedOf = (...codes: RunProblemCode[]): Partial<RunFacts> => ({
    failures: codes.map((code) => ({ code, message: `${code} is odd` })),
  });
  const startedAt = (n: number) => `2026-11-10T12:0${n}:00.000Z`;
  const inTurn = (...each: readonly Partial<RunFacts>[]) =>
    publishInTurn(aLedger(), ...each.map((facts, n) => ({ startedAt: startedAt(n), ...facts })));

  it.each<[string, RunProblemCode[][], boolean[]]>([
    ['once, while the cause stays the same', [['api'], ['api'], ['api', 'api']], [true, false, false]],
    [
      'not again in another order',
      [
        ['api', 'ledger'],
        ['ledger', 'api'],
      ],
      [true, false],
    ],
    ['again when the cause changes', [['api'], ['api', 'ledger'], ['api']], [true, true, true]],
  ])('is published %s', (_, runs, published) => {
    const events = inTurn(...runs.map((codes) => failedOf(...codes)));
    expect(events.map(({ length }) => length === 1)).toEqual(published);
    const ids = events.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is published again after a successful run', () => {
    const failing = { since: startedAt(0), codes: ['api'] };
    const recovered = applyLedgerChange(aLedger({ failing }), { kind: 'recovered' });
    expect(publishInTurn(aLedger({ failing }), failedOf('api'))).toEqual([[]]);
    expect(publishInTurn(recovered, failedOf('api')).flat()).toHaveLength(1);
  });

  it('lists up to twenty failures and the number of the others', () => {
    const failures = Array.from({ length: 23 }, (_, n): RunProblem => ({ code: 'api', message: `no ${n}.` }));
    const { detail } = publish(aLedger(), { failures });
    expect(detail).toMatchObject({ failures: failures.slice(0, 20), failureCount: 23 });
    expect(detail.message).toMatch(/^run for target `acme` failed: no 0\., no 1\., .*, no 19\. and 3 more$/);
    expect(publish(aLedger(), { failures: failures.slice(0, 20) }).detail.message).not.toContain('more');
  });

  it('has an ID from start and cause when the ledger fails and cannot record it', () => {
    const idOf = (startedAt: string, code: RunProblemCode = 'api') =>
      createRunFailedEvent(ORIGIN, PUBLISHED_AT, [{ code, message: 'down' }], startedAt).id;
    const [morning, evening] = ['2026-11-10T00:00:00.000Z', '2026-11-10T23:59:59.999Z'];
    expect(idOf(morning)).toBe(idOf(morning));
    expect(new Set([idOf(morning), idOf(evening), idOf(morning, 'internal')]).size).toBe(3);
  });
});
