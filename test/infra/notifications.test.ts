import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { toPublishedEvent } from '../../adapters/events/publishedEvent.ts';
import { type AcceptorEvent, EVENT_TYPES } from '../../core/events/event.ts';
import { anOwner, CONNECTION } from '../support/builders.ts';
import { aHold, aRequest, publishInTurn } from '../support/eventFixtures.ts';
import { aLedger, anAcceptance, anEndedRequest, anObservation, aReceipt } from '../support/ledgerBuilders.ts';
import { readNotificationRule } from './renderNotification.ts';
import { ACCOUNT, target, templateOf } from './stackFixtures.ts';

const ID = 'dxvif-aaaaaaaa';
const EMAIL = { email: 'noc@example.com' };

/** One of each type, of an owner whose contact and an interface whose name are as awkward as they can be. */
function told(): AcceptorEvent[] {
  const nasty = 'a"b\\c`\u001b<detail-target>"';
  const state = aLedger({ observations: { [ID]: anObservation() }, acceptances: { [ID]: anAcceptance() } });
  const deadline = { earliest: '2026-11-10T13:00:00.000Z', latest: '2026-11-10T14:00:00.000Z' };
  const request = aRequest({ name: nasty, deadline, decision: aHold('no-grant') });
  return publishInTurn(state, {
    owners: [anOwner({ contact: '"NOC" <noc@acme.example>' })],
    requests: [request],
    receipts: [aReceipt()],
    ended: [
      anEndedRequest({ name: nasty, as: 'expired' }),
      anEndedRequest({ id: 'dxvif-b', name: nasty, as: 'vanished' }),
    ],
    followUps: [
      {
        id: ID,
        owner: 'acme',
        gateway: 'vgw-1',
        acceptedAt: '',
        problem: 'down',
        connection: null,
        message: nasty,
        fix: null,
      },
    ],
    failures: [{ code: 'api', message: `no answer: ${nasty}` }],
  }).flat();
}

const template = templateOf([target('acme', 'outscale', { secret: 'keys' })], { notify: EMAIL });
const mail = readNotificationRule(template);

describe('what people are told', () => {
  it.each(EVENT_TYPES)('of `%s` is a text of lines that each arrive whole, or nothing', (type) => {
    const announcement = told().find((one) => one.type === type);
    if (announcement === undefined) throw new Error(`nothing of ${type}`);
    const event = toPublishedEvent(announcement);
    expect(mail.matches(event)).toBe(type !== 'Request Accepted');
    // A line that is no text in quotes would keep the message from being delivered.
    const lines = mail.linesOf(event).map((line) => z.string().parse(JSON.parse(line)));
    expect(lines.map((line) => line.split(':')[0])).toEqual([
      'vif-acceptor',
      'What',
      'Who',
      'Why',
      'By when',
      'To do',
      'Where',
      'More',
    ]);
  });

  it('of a held request says who, what, why, by when and what to type', () => {
    const held = told().find(({ type }) => type === 'Request Held');
    const lines = mail.linesOf(held === undefined ? {} : toPublishedEvent(held));
    expect(lines.slice(0, -1)).toEqual([
      '"vif-acceptor: Request Held, target acme"',
      `"What: \`${ID}\` on \`${CONNECTION.owner}\` (vlan 101, name \`a'b/u{5c}c/u{60}/u{1b}<detail-target>'\`) is held: no-grant: because of no-grant"`,
      `"Who: owner acme ('NOC' <noc@acme.example>), on connection \`${CONNECTION.owner}\`"`,
      '"Why: no-grant: because of no-grant"',
      '"By when: between 2026-11-10T13:00:00.000Z and 2026-11-10T14:00:00.000Z"',
      expect.stringMatching(/^"To do: .*policy.*, which bypasses the policy: aws directconnect …"$/),
      `"Where: outscale, region eu-west-2, account ${ACCOUNT}; found out at 2026-11-10T12:00:10.000Z"`,
    ]);
    expect(lines.at(-1)).toMatch(/^"More: docs\/runbook\.md#messages/);
  });
});

describe('the topic', () => {
  it('tells the address, takes no plain HTTP, and what alarms and events publish', () => {
    template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: EMAIL.email });
    const [policy] = Object.values(template.findResources('AWS::SNS::TopicPolicy'));
    const statements: { Effect: string; Principal: unknown; Condition?: object }[] =
      policy?.Properties.PolicyDocument.Statement;
    expect(
      statements.map(({ Effect, Principal, Condition }) => [Effect, Principal, Object.keys(Condition ?? {})]),
    ).toEqual([
      ['Deny', '*', ['Bool']],
      ['Allow', { Service: 'cloudwatch.amazonaws.com' }, ['StringEquals', 'ArnLike']],
      // EventBridge sends no source that could be asked for here.
      ['Allow', { Service: 'events.amazonaws.com' }, []],
    ]);
  });

  it('is that of somebody else where it is given, and nothing is made beside it', () => {
    const arn = `arn:aws:sns:eu-west-3:${ACCOUNT}:noc`;
    const given = templateOf([target('acme', 'aws', null)], {
      notify: (scope) => ({ topic: Topic.fromTopicArn(scope, 'Theirs', arn) }),
    });
    given.resourceCountIs('AWS::SNS::Topic', 0);
    given.hasResourceProperties('AWS::Events::Rule', { Targets: [{ Arn: arn }] });
    given.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [arn], OKActions: [arn] });
  });

  it('is missing where nobody is to be told', () => {
    const silent = templateOf([target('acme', 'aws', null)], { notify: 'nobody' });
    silent.resourceCountIs('AWS::SNS::Topic', 0);
    silent.resourceCountIs('AWS::Events::Rule', 0);
    expect(JSON.stringify(silent.toJSON())).not.toContain('AlarmActions');
  });
});
