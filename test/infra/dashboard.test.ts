import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { OUTSCALE, OWN_ROLE, templateOf } from './stackFixtures.ts';

/** The text of the dashboard; references to resources are left as they are. */
function bodyOf(template: Template): string {
  const [found] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
  return JSON.stringify(found?.Properties.DashboardBody);
}

/** The names of metrics in a query of the log. */
function queriedNames(body: string): string[] {
  return [...new Set([...body.matchAll(/run\.metrics\.(\w+)/g)].map(([, name = '']) => name))].sort();
}

describe('the dashboard', () => {
  const many = bodyOf(templateOf([OUTSCALE, OWN_ROLE]));
  const few = bodyOf(templateOf([OUTSCALE, OWN_ROLE], { targetMetrics: true }));

  it('has a table of the targets from the metrics in the log line of each run', () => {
    expect(queriedNames(many)).toEqual(['Accepted', 'Held', 'HoursToDeadline', 'Pending', 'RunFailed']);
    expect(many).toContain('by run.target');
  });

  it('reads the logs of all functions in the table', () => {
    expect(many.match(/SOURCE '/g)).toHaveLength(2);
  });

  it('has a graph with a line for each target only with metrics of each target', () => {
    expect(many).not.toContain('\\"target\\",');
    expect(few).toContain('\\"target\\",\\"paris\\"');
    expect(queriedNames(few)).toEqual([]);
  });
});
