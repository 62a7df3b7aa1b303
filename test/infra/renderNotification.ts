import type { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import type { PublishedEvent } from '../../core/events/event.ts';

const rule = z.object({
  EventPattern: z.object({
    source: z.array(z.string()),
    'detail-type': z.tuple([z.object({ 'anything-but': z.array(z.string()) })]),
    resources: z.tuple([z.unknown()]),
  }),
  Targets: z.tuple([
    z.object({
      Arn: z.unknown(),
      DeadLetterConfig: z.object({ Arn: z.unknown() }),
      InputTransformer: z.object({
        InputPathsMap: z.record(z.string(), z.string()),
        InputTemplate: z.string(),
      }),
    }),
  ]),
});

/** Applies the deployed rule to events, as EventBridge does. */
export interface RenderedRule {
  /** whether the rule sends a notification. @param resource of the event, as a value of the template */
  matches(event: PublishedEvent, resource: unknown): boolean;
  /** inserts each value unchanged and unescaped: a line must be a JSON string to be delivered */
  linesOf(event: object): string[];
}

export function readNotificationRule(template: Template): RenderedRule {
  const [made] = Object.values(template.findResources('AWS::Events::Rule'));
  const { EventPattern, Targets } = rule.parse(made?.Properties);
  const [{ InputTransformer }] = Targets;
  return {
    matches: (event, resource) => {
      const [{ 'anything-but': not }] = EventPattern['detail-type'];
      const isOurs = JSON.stringify(EventPattern.resources) === JSON.stringify([resource]);
      return EventPattern.source.includes(event.source) && !not.includes(event['detail-type']) && isOurs;
    },
    linesOf: (event) => {
      const { InputPathsMap, InputTemplate } = InputTransformer;
      return InputTemplate.replaceAll(/<([\w-]+)>/g, (_, name) => at(event, InputPathsMap[name] ?? '')).split(
        '\n',
      );
    },
  };
}

function at(event: object, path: string): string {
  const found = path
    .replace('$.', '')
    .split('.')
    .reduce<unknown>((value, key) => z.record(z.string(), z.unknown()).parse(value)[key], event);
  return z.string().parse(found);
}
