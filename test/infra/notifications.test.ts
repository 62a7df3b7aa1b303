import type { Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type AcceptorEvent, EVENT_TYPES, toBusEvent } from '../../core/events/event.ts';
import { createTargetAlertEvent } from '../../core/events/targetAlert.ts';
import { anOwner, CONNECTION } from '../support/builders.ts';
import {
  aHold,
  anUnexpectedRoutes,
  aRequest,
  ORIGIN,
  PUBLISHED_AT,
  publishInTurn,
} from '../support/eventFixtures.ts';
import {
  aLedger,
  anAcceptance,
  anEndedRequest,
  anObservation,
  aReceipt,
  aRouteWatch,
} from '../support/ledgerBuilders.ts';
import { readNotificationRule } from './renderNotification.ts';
import { ACCOUNT, OUTSCALE, OWN_ROLE, target, templateOf } from './stackFixtures.ts';

const ID = 'dxvif-aaaaaaaa';
const EMAIL = { email: 'noc@example.com' };

/** One event of each type, with special characters in the owner's contact and the interface's name. */
function exampleEvents(): AcceptorEvent[] {
  const specialCharacters = 'a"b\\c`\u001b<detail-target>"';
  const state = aLedger({
    observations: { [ID]: anObservation() },
    acceptances: { [ID]: anAcceptance({ routes: aRouteWatch() }) },
  });
  const deadline = { earliest: '2026-11-10T13:00:00.000Z', latest: '2026-11-10T14:00:00.000Z' };
  const request = aRequest({ name: specialCharacters, deadline, decision: aHold('no-grant') });
  const alert = {
    code: 'not-running',
    status: 'raised',
    since: '',
    lastRun: null,
    failureCodes: [],
    cause: null,
  } as const;
  const fromRuns = publishInTurn(state, {
    owners: [anOwner({ contact: '"NOC" <noc@acme.example>' })],
    requests: [request],
    receipts: [aReceipt()],
    ended: [
      anEndedRequest({ name: specialCharacters, as: 'expired' }),
      anEndedRequest({ id: 'dxvif-b', name: specialCharacters, as: 'vanished' }),
    ],
    followUps: [
      {
        id: ID,
        owner: 'acme',
        gateway: 'vgw-1',
        acceptedAt: '',
        problem: 'down',
        connection: null,
        message: specialCharacters,
        fix: null,
      },
    ],
    unexpectedRoutes: [anUnexpectedRoutes({ id: ID, owner: 'acme' })],
    failures: [{ code: 'api', message: `no answer: ${specialCharacters}` }],
  }).flat();
  return [...fromRuns, createTargetAlertEvent(ORIGIN, PUBLISHED_AT, alert, 'ledger')];
}

const template = templateOf([target('acme', 'outscale', { secret: 'keys' })], { notify: EMAIL });
const rule = readNotificationRule(template);

/** What each function of a deployment gives as the resource of its events. */
function eventResources(of: Template): unknown[] {
  const functions = Object.values(of.findResources('AWS::Lambda::Function'));
  return functions.map(({ Properties }) => Properties.Environment.Variables.VIF_ACCEPTOR_EVENT_RESOURCE);
}
const [RESOURCE] = eventResources(template);

describe('a notification', () => {
  it.each(EVENT_TYPES)('of `%s` has complete lines, or is not sent', (type) => {
    const example = exampleEvents().find((one) => one.type === type);
    if (example === undefined) throw new Error(`there is no event of type ${type}`);
    const event = toBusEvent(example);
    expect(rule.matches(event, RESOURCE)).toBe(type !== 'Request Accepted');
    // A line that is not a JSON string would prevent the delivery.
    const lines = rule.linesOf(event).map((line) => z.string().parse(JSON.parse(line)));
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

  it('of a held request has who, what, why, by when and what to do', () => {
    const held = exampleEvents().find(({ type }) => type === 'Request Held');
    const lines = rule.linesOf(held === undefined ? {} : toBusEvent(held));
    expect(lines.slice(0, -1)).toEqual([
      '"vif-acceptor: Request Held, target acme"',
      `"What: \`${ID}\` on \`${CONNECTION.owner}\` (vlan 101, name \`a＂b＼u{5c}c＼u{60}＼u{1b}<detail-target>＂\`) is held: no-grant: because of no-grant"`,
      `"Who: owner acme (＂NOC＂ <noc@acme.example>), on connection \`${CONNECTION.owner}\`"`,
      '"Why: no-grant: because of no-grant"',
      '"By when: between 2026-11-10T13:00:00.000Z and 2026-11-10T14:00:00.000Z"',
      expect.stringMatching(/^"To do: .*policy.*, which bypasses the policy: aws directconnect …"$/),
      `"Where: outscale, region eu-west-2, account ${ACCOUNT}; detected at 2026-11-10T12:00:10.000Z"`,
    ]);
    expect(lines.at(-1)).toMatch(/^"More: docs\/runbook\.md#request-held/);
  });
});

describe('the rule', () => {
  it('selects the events of every function of the deployment by the ARN of its table', () => {
    const all = templateOf([OUTSCALE, OWN_ROLE], { notify: EMAIL });
    const [pattern] = Object.values(all.findResources('AWS::Events::Rule'));
    const arn = { 'Fn::GetAtt': [expect.stringMatching(/^Ledger/), 'Arn'] };
    expect(eventResources(all)).toEqual([arn, arn, arn]);
    expect(pattern?.Properties.EventPattern.resources).toEqual([arn]);
  });

  it('has a pattern that does not grow with the number of targets', () => {
    const pattern = (count: number) => {
      const policies = Array.from({ length: count }, (_, i) =>
        target(`t${i}`, 'outscale', { secret: 'keys' }),
      );
      const [found] = Object.values(
        templateOf(policies, { notify: EMAIL }).findResources('AWS::Events::Rule'),
      );
      return found?.Properties.EventPattern;
    };
    expect(pattern(30)).toEqual(pattern(1));
  });

  it('is updated after the functions, and is another resource than that of release 0.2.0', () => {
    const functions = Object.keys(template.findResources('AWS::Lambda::Function'));
    const [[id = '', found] = []] = Object.entries(template.findResources('AWS::Events::Rule'));
    expect(found?.DependsOn).toEqual(expect.arrayContaining(functions));
    // The deletion of that one is the last step of an update, and is not part of its rollback.
    expect(id).not.toMatch(/^MessagesRule/);
  });
});

describe('the topic', () => {
  it('sends to the address, refuses plain HTTP, and accepts messages of alarms and events', () => {
    template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: EMAIL.email });
    const [policy] = Object.values(template.findResources('AWS::SNS::TopicPolicy'));
    const statements: { Effect: string; Principal: unknown; Condition?: object }[] =
      policy?.Properties.PolicyDocument.Statement;
    expect(
      statements.map(({ Effect, Principal, Condition }) => [Effect, Principal, Object.keys(Condition ?? {})]),
    ).toEqual([
      ['Deny', '*', ['Bool']],
      ['Allow', { Service: 'cloudwatch.amazonaws.com' }, ['StringEquals', 'ArnLike']],
      // EventBridge sends no source that a condition could check.
      ['Allow', { Service: 'events.amazonaws.com' }, []],
    ]);
  });

  it('is the given topic if there is one, and no other is created', () => {
    const arn = `arn:aws:sns:eu-west-3:${ACCOUNT}:noc`;
    const given = templateOf([target('acme', 'aws', null)], {
      notify: (scope) => ({ topic: Topic.fromTopicArn(scope, 'Theirs', arn) }),
    });
    given.resourceCountIs('AWS::SNS::Topic', 0);
    given.hasResourceProperties('AWS::Events::Rule', { Targets: [{ Arn: arn }] });
    given.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [arn], OKActions: [arn] });
  });

  it('does not exist without notifications', () => {
    const silent = templateOf([target('acme', 'aws', null)], { notify: 'nobody' });
    silent.resourceCountIs('AWS::SNS::Topic', 0);
    silent.resourceCountIs('AWS::Events::Rule', 0);
    expect(JSON.stringify(silent.toJSON())).not.toContain('AlarmActions');
  });
});
