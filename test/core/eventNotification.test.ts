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

function notification(facts: Partial<RunFacts>): unknown {
  return publish(STATE, { owners: OWNERS, ...facts }).detail.notification;
}

describe('the notification to a person', () => {
  it('about a held request has the owner, every reason, the deadline and the command', () => {
    expect(notification({ requests: [aRequest({ decision: aHold('frozen', 'no-grant') })] })).toEqual({
      who: `owner acme (noc@acme.example), on connection \`${CONNECTION.owner}\``,
      why: 'frozen: because of frozen and no-grant: because of no-grant',
      byWhen: 'between 2026-11-17T09:00:00.000Z and 2026-11-17T10:00:05.000Z',
      toDo: expect.stringMatching(/freeze: true.*policy.*bypasses the policy: aws directconnect …$/),
    });
  });

  it('about an unknown requester says that no owner in the policy has the connection', () => {
    expect(notification({ requests: [aRequest({ connection: CONNECTION.other })] })).toMatchObject({
      who: `no owner in the policy has connection \`${CONNECTION.other}\``,
    });
  });

  it.each<[string, Partial<RunFacts>, object]>([
    [
      'an unknown earliest expiry',
      { requests: [aRequest({ deadline: { earliest: null, latest: '2026-11-17T10:00:05.000Z' } })] },
      { byWhen: 'at any time, at the latest 2026-11-17T10:00:05.000Z' },
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
      'an expired request',
      { ended: [anEndedRequest({ held: storedReasons('no-grant') })] },
      { why: 'it was held: because of no-grant', toDo: expect.stringContaining('offer it again') },
    ],
    [
      'an interface that is down',
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
      'failing runs',
      { failures: [{ code: 'api', message: 'no answer' }] },
      { why: 'no answer', toDo: 'vif-acceptor doctor --policy policy/acme.yaml' },
    ],
  ])('about %s', (_, facts, expected) => {
    const state = facts.requests === undefined ? aLedger() : STATE;
    const [first] = publishInTurn(state, { owners: OWNERS, ...facts }).flat();
    expect(first?.detail.notification).toMatchObject(expected);
  });

  it.each(['Request Held', 'Deadline Near'])(
    'about an unknown requester in %s has no command, and asks to verify the owner first',
    (type) => {
      const decision = aHold('frozen', 'unknown-requester');
      const request = aRequest({ connection: CONNECTION.other, decision, manualOverrideCommand: null });
      const facts = { requests: [request], at: '2026-11-17T08:00:00.000Z', owners: OWNERS };
      const events = publishInTurn(STATE, facts)
        .flat()
        .find((one) => one.type === type);
      expect(events?.detail).toMatchObject({
        manualOverrideCommand: null,
        notification: { toDo: expect.stringContaining(VERIFY_OWNER) },
      });
      expect(JSON.stringify(events)).not.toMatch(/confirm-\w+-virtual-interface/);
    },
  );

  it('about an expired request of an unknown requester asks to verify the owner first', () => {
    expect(
      notification({ ended: [anEndedRequest({ held: storedReasons('unknown-requester') })] }),
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
  ])('about an interface that is down has a complete command for the API at %s', (directConnect, end) => {
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
    expect(notification({ endpoints, followUps: [{ ...down, problem: 'down' }] })).toMatchObject({
      toDo: `aws directconnect describe-virtual-interfaces --virtual-interface-id ${ID} --region eu-west-2${end}`,
    });
  });
});
