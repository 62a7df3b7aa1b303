import { App, Duration, type Environment } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { VifAcceptorStack } from '../../infra/stack.ts';
import { digestOf } from '../../lambda/core/canonical.ts';
import type { Provider } from '../../lambda/core/model.ts';
import { type Credentials, type Policy, writePolicy } from '../../lambda/core/policy.ts';
import type { CompiledPolicy } from '../../language/index.ts';

export const ACCOUNT = '012345678901';

/** A compiled policy that the stack is given; nothing in it matters to the stack but the recipient. */
export function target(
  name: string,
  provider: Provider,
  credentials: Credentials | null,
  change: Partial<Policy> = {},
): CompiledPolicy {
  const region = provider === 'aws' ? 'eu-west-3' : 'eu-west-2';
  const policy: Policy = {
    format: 1,
    target: name,
    recipient: { provider, region, account: ACCOUNT, credentials, expiry: null },
    freeze: false,
    limits: { acceptsPerPass: 10 },
    owners: [],
    hold: [],
    ...change,
  };
  const text = writePolicy(policy);
  return { file: `policy/${name}.yaml`, policy, text, digest: digestOf(text) };
}

const ROLE = 'arn:aws:iam::012345678901:role/vif-acceptor';

export const OUTSCALE = target('paris', 'outscale', { secret: 'vif-acceptor/outscale' });
export const OWN_ROLE = target('lyon', 'aws', null);
export const OTHER_ROLE = target('nice', 'aws', { role: ROLE, externalId: null });

export interface Deployment {
  readonly minutes?: number;
  readonly env?: Environment;
  /** whether the function is bundled, which takes about a second */
  readonly bundled?: boolean;
}

export function stackOf(
  policies: readonly CompiledPolicy[],
  { minutes = 5, env, bundled = false }: Deployment = {},
) {
  const app = new App({
    // It takes seconds; the test of the whole app has it.
    builtinCloudFormationValidation: false,
    context: bundled ? {} : { 'aws:cdk:bundling-stacks': [] },
  });
  return new VifAcceptorStack(app, 'VifAcceptor', {
    policies,
    revision: 'v1-2-gabcdef0',
    interval: Duration.minutes(minutes),
    availableWithin: Duration.hours(2),
    ...(env === undefined ? {} : { env }),
  });
}

export function templateOf(policies: readonly CompiledPolicy[], deployment: Deployment = {}): Template {
  return Template.fromStack(stackOf(policies, deployment));
}
