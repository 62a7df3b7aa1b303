import { Stack } from 'aws-cdk-lib';
import { EventField, Match, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { SOURCE } from '../adapters/events/publishedEvent.ts';
import type { AnnouncementType } from '../core/events/event.ts';
import { deployedSize, EVENT_PATTERN_CHARACTERS, type Usage } from './awsQuotas.ts';
import type { Runbook } from './runbookLink.ts';

/**
 * An acceptance is what all of this is for: it asks nothing of anybody, and is on the dashboard, in the receipts, and on the
 * bus for who wants to listen. Everything else is told, a type that is yet to be invented too.
 */
const NOT_TOLD: readonly AnnouncementType[] = ['Request Accepted'];

export interface MessagesProps {
  /** of this installation; others on the same bus tell their own */
  readonly targets: readonly string[];
  readonly topic: ITopic;
  /** gets what the topic would not take */
  readonly deadLetters: IQueue;
  readonly runbook: Runbook;
}

/** What passes announce, to people, as a text that they can act on. */
export class Messages extends Construct {
  readonly usage: Usage;

  constructor(scope: Construct, id: string, { targets, topic, deadLetters, runbook }: MessagesProps) {
    super(scope, id);
    const eventPattern = {
      source: [SOURCE],
      detailType: Match.anythingBut(...NOT_TOLD),
      detail: { target: [...targets] },
    };
    new Rule(this, 'Rule', {
      description: 'what passes announce, to people',
      eventPattern,
      targets: [new SnsTopic(topic, { message: text(runbook), deadLetterQueue: deadLetters })],
    });
    this.usage = {
      of: 'characters of the pattern of a rule',
      used: deployedSize(Stack.of(this).resolve(eventPattern)),
      most: EVENT_PATTERN_CHARACTERS,
    };
  }
}

/** Each field is in every event (docs/events.schema.json): one that is not would leave its line empty. */
function text(runbook: Runbook): RuleTargetInput {
  const of = (field: string): string => EventField.fromPath(`$.detail.${field}`);
  const lines = [
    `vif-acceptor: ${EventField.detailType}, target ${of('target')}`,
    `What: ${of('message')}`,
    `Who: ${of('forPeople.who')}`,
    `Why: ${of('forPeople.why')}`,
    `By when: ${of('forPeople.byWhen')}`,
    `To do: ${of('forPeople.toDo')}`,
    `Where: ${of('provider')}, region ${of('region')}, account ${of('account')}; found out at ${of('at')}`,
    `More: ${runbook.link('Messages')}`,
  ];
  return RuleTargetInput.fromMultilineText(lines.join('\n'));
}
