import { describe, expect, it } from 'vitest';
import type { RunFacts } from '../../core/events/eventDefinition.ts';
import { VERIFY_OWNER } from '../../core/operatorAdvice.ts';
import { anOwner, CONNECTION, VGW } from '../support/builders.ts';
import { aHold, aRequest, publish, publishInTurn } from '../support/eventFixtures.ts';
import {
  aLedger,
  anAcceptance,
  anEndedRequest,
  anObservation,
  aReceipt,
  storedReasons,
} from '../support/ledgerBuilders.ts';

const ID = 'dxvif-aaaaaaaa';
const STATE = aLedger({ observations: { [ID]: anObservation() }, acceptances: { [ID]: anAcceptance() } });
const OWNERS = [anOwner({ contact: 'noc@acme.example' })];

function forPeople(facts: Partial<RunFacts>): unknown {
  return publish(STATE, { owners: OWNERS, ...facts }).detail.forPeople;
}

describe('what whoever is woken needs to know', () => {
  it('of a held request: whose it is, every reason, by when, and what to type', () => {
    expect(forPeople({ requests: [aRequest({ decision: aHold('frozen', 'no-grant') })] })).toEqual({
      who: `owner acme (noc@acme.example), on connection \`${CONNECTION.owner}\``,
      why: 'frozen: because of frozen and no-grant: because of no-grant',
      byWhen: 'between 2026-11-17T09:00:00.000Z and 2026-11-17T10:00:05.000Z',
      toDo: expect.stringMatching(/freeze: true.*policy.*bypasses the policy: aws directconnect …$/),
    });
  });

  it('of a stranger: that nobody in the policy has the connection', () => {
    expect(forPeople({ requests: [aRequest({ connection: CONNECTION.other })] })).toMatchObject({
      who: `nobody in the policy has connection \`${CONNECTION.other}\``,
    });
  });

  it.each<[string, Partial<RunFacts>, object]>([
    [
      'an early end that is not known',
      { requests: [aRequest({ deadline: { earliest: null, latest: '2026-11-17T10:00:05.000Z' } })] },
      { byWhen: 'any moment, 2026-11-17T10:00:05.000Z at the latest' },
    ],
    [
      'a request that does not expire',
      { requests: [aRequest({ deadline: { earliest: null, latest: null } })] },
      { byWhen: 'it does not expire' },
    ],
    [
      'an acceptance',
      { receipts: [aReceipt()] },
      { who: `owner acme (noc@acme.example), on connection \`${CONNECTION.owner}\``, toDo: '-' },
    ],
    [
      'one that expired',
      { ended: [anEndedRequest({ held: storedReasons('no-grant') })] },
      { why: 'it was held: because of no-grant', toDo: expect.stringContaining('offer it again') },
    ],
    [
      'one that is down',
      {
        followUps: [
          {
            id: ID,
            owner: 'acme',
            gateway: VGW.prod,
            acceptedAt: '',
            problem: 'down',
            message: 'it is down',
            fix: null,
            connection: null,
          },
        ],
      },
      { who: 'owner acme (noc@acme.example)', why: 'it is down', toDo: expect.stringContaining(ID) },
    ],
    [
      'passes that fail',
      { failures: [{ code: 'api', message: 'no answer' }] },
      { why: 'no answer', toDo: 'vif-acceptor doctor --policy policy/acme.yaml' },
    ],
  ])('of %s', (_, facts, expected) => {
    const state = facts.requests === undefined ? aLedger() : STATE;
    const [first] = publishInTurn(state, { owners: OWNERS, ...facts }).flat();
    expect(first?.detail.forPeople).toMatchObject(expected);
  });

  it.each(['Request Held', 'Deadline Near'])(
    'of a stranger: %s has no command, and asks to verify first',
    (type) => {
      const decision = aHold('frozen', 'unknown-requester');
      const request = aRequest({ connection: CONNECTION.other, decision, manualOverrideCommand: null });
      const facts = { requests: [request], at: '2026-11-17T08:00:00.000Z', owners: OWNERS };
      const news = publishInTurn(STATE, facts)
        .flat()
        .find((one) => one.type === type);
      expect(news?.detail).toMatchObject({
        acceptByHand: null,
        forPeople: { toDo: expect.stringContaining(VERIFY_OWNER) },
      });
      expect(JSON.stringify(news)).not.toMatch(/confirm-\w+-virtual-interface/);
    },
  );

  it('of one that expired and was held for a stranger: to verify first', () => {
    expect(
      forPeople({ ended: [anEndedRequest({ held: storedReasons('unknown-requester') })] }),
    ).toMatchObject({
      toDo: expect.stringContaining(VERIFY_OWNER),
    });
  });

  it.each([
    [
      'https://directlink.eu-west-2.outscale.com',
      ' --endpoint-url https://directlink.eu-west-2.outscale.com',
    ],
    [null, ''],
  ])('of one that is down: the command, whole where the API is at %s', (directConnect, end) => {
    const { owner, gateway, at } = anAcceptance();
    const down = {
      id: ID,
      owner,
      gateway,
      acceptedAt: at,
      problem: 'down',
      message: 'it is down',
      fix: null,
      connection: null,
    };
    const endpoints = { directConnect, gateways: null };
    expect(forPeople({ endpoints, followUps: [{ ...down, problem: 'down' }] })).toMatchObject({
      toDo: `aws directconnect describe-virtual-interfaces --virtual-interface-id ${ID} --region eu-west-2${end}`,
    });
  });
});
