import { App, Duration, type Environment, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { digestOf } from '../../core/json.ts';
import type { Provider } from '../../core/model.ts';
import type { Credentials, Policy } from '../../core/policy.ts';
import { writePolicy } from '../../core/policyText.ts';
import type { ChatTopic } from '../../infra/chatNotifications.ts';
import { Installation } from '../../infra/installation.ts';
import type { Notify } from '../../infra/notifications.ts';
import type { CompiledPolicy } from '../../language/index.ts';
import { anOwner } from '../support/builders.ts';

export const ACCOUNT = '012345678901';
const WEEK = 7 * 24 * 60 * 60;

/** A compiled policy for the stack, which uses its recipient and the types of its grants. */
export function target(
  name: string,
  provider: Provider,
  credentials: Credentials | null,
  change: Partial<Policy> = {},
): CompiledPolicy {
  const region = provider === 'aws' ? 'eu-west-3' : 'eu-west-2';
  const policy: Policy = {
    target: name,
    recipient: { provider, region, account: ACCOUNT, credentials, expiry: provider === 'aws' ? null : WEEK },
    freeze: false,
    limits: { acceptsPerRun: 10 },
    owners: [anOwner()],
    hold: [],
    ...change,
  };
  const text = writePolicy(policy);
  return { file: `policy/${name}.yaml`, policy, text, digest: digestOf(text), warnings: [] };
}

/**
 * Many targets, one account each.
 * @param length characters of each name
 */
export function manyTargets(
  count: number,
  length: number,
  credentials: (name: string) => Credentials | null,
): CompiledPolicy[] {
  return Array.from({ length: count }, (_, i) => {
    const name = `t${String(i).padStart(3, '0')}`.padEnd(length, 'x');
    return targetOfAccount(name, String(100_000_000_000 + i), credentials(name));
  });
}

/** At AWS if it has a role, at OUTSCALE if it has a secret. */
export function targetOfAccount(
  name: string,
  account: string,
  credentials: Credentials | null,
): CompiledPolicy {
  const provider = credentials !== null && 'secret' in credentials ? 'outscale' : 'aws';
  const { recipient } = target(name, provider, credentials).policy;
  return target(name, provider, credentials, { recipient: { ...recipient, account } });
}

export const oneSecret = (): Credentials => ({ secret: 'vif-acceptor/outscale' });
export const ownSecret = (name: string): Credentials => ({ secret: `vif-acceptor/${name}` });
export const ownRole = (name: string): Credentials => ({
  role: `arn:aws:iam::012345678901:role/${name}`,
  externalId: null,
});

const ROLE = 'arn:aws:iam::012345678901:role/vif-acceptor';

export const OUTSCALE = target('paris', 'outscale', { secret: 'vif-acceptor/outscale' });
export const OWN_ROLE = target('lyon', 'aws', null);
export const OTHER_ROLE = target('nice', 'aws', { role: ROLE, externalId: null });

export interface Deployment {
  readonly minutes?: number;
  readonly targetMetrics?: boolean;
  readonly env?: Environment;
  readonly notify?: Notify | ((scope: Stack) => Notify);
  readonly chatTopic?: ChatTopic | ((scope: Stack) => ChatTopic);
  readonly revision?: string;
  readonly stackName?: string;
  /** whether to bundle the function, which takes about a second */
  readonly bundled?: boolean;
  readonly auditLog?: boolean;
}

export const REVISION = 'v1-2-gabcdef0';

/** The stack as `cdk synth` creates it, from compiled policies. */
export function stackOf(policies: readonly CompiledPolicy[], deployment: Deployment = {}): Stack {
  return installationOf(policies, deployment).stack;
}

export function installationOf(
  policies: readonly CompiledPolicy[],
  {
    minutes = 5,
    targetMetrics = false,
    auditLog = false,
    env,
    notify = 'nobody',
    chatTopic,
    revision = REVISION,
    stackName,
    bundled = false,
  }: Deployment = {},
): { stack: Stack; installation: Installation } {
  const app = new App({
    // It takes seconds; the test of the whole app includes it.
    builtinCloudFormationValidation: false,
    context: bundled ? {} : { 'aws:cdk:bundling-stacks': [] },
  });
  const stack = new Stack(app, stackName ?? 'VifAcceptor', env === undefined ? {} : { env });
  const installation = new Installation(stack, 'Default', {
    policies,
    notify: typeof notify === 'function' ? notify(stack) : notify,
    chatTopic: (typeof chatTopic === 'function' ? chatTopic(stack) : chatTopic) ?? null,
    revision,
    interval: Duration.minutes(minutes),
    availableWithin: Duration.hours(2),
    auditLog,
    targetMetrics,
  });
  return { stack, installation };
}

export function templateOf(policies: readonly CompiledPolicy[], deployment: Deployment = {}): Template {
  return Template.fromStack(stackOf(policies, deployment));
}
