import { resolve } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { parseChatTopic } from './chatNotifications.ts';
import { parseNotify } from './notifications.ts';
import {
  AVAILABLE_WITHIN_RANGE,
  DeploymentRefused,
  INTERVAL_RANGE,
  type MinutesRange,
  validateMinutes,
} from './validateOptions.ts';

/** Options of the CDK app, given by `-c KEY=VALUE` or in the context of cdk.json. */
export interface DeploymentOptions {
  /** absolute */
  readonly policyDir: string;
  /** an e-mail address, the ARN of a topic, or `nobody` */
  readonly notify: string;
  /** the ARN of a topic, or `new`; `null`: none */
  readonly chatTopic: string | null;
  readonly interval: Duration;
  readonly availableWithin: Duration;
  /** whether the function reads the log of calls */
  readonly auditLog: boolean;
  readonly targetMetrics: boolean;
  readonly stackName: string;
}

type ProcessEnvironment = Readonly<Record<string, string | undefined>>;

/** Returns a value of the CDK context; `undefined` if it is not set. */
type Context = (key: string) => unknown;

/** @throws DeploymentRefused with all errors */
export function readOptions(context: Context, env: ProcessEnvironment): DeploymentOptions {
  const errors: string[] = [];
  const options: DeploymentOptions = {
    policyDir: parsePolicyDir(context('policyDir'), env, errors),
    notify: parseNotify(context('notify'), errors),
    chatTopic: parseChatTopic(context('chatTopic'), errors),
    interval: parseMinutes('intervalMinutes', context, INTERVAL_RANGE, errors),
    availableWithin: parseMinutes('availableWithinMinutes', context, AVAILABLE_WITHIN_RANGE, errors),
    auditLog: parseFlag('auditLog', context, errors),
    targetMetrics: parseFlag('targetMetrics', context, errors),
    stackName: parseStackName(context('stackName'), errors),
  };
  if (errors.length > 0) throw new DeploymentRefused(errors);
  return options;
}

/**
 * Relative to the caller's folder, which npm passes as `INIT_CWD`: it runs scripts in the project's folder. The default is that of the
 * command line.
 */
function parsePolicyDir(value: unknown, env: ProcessEnvironment, errors: string[]): string {
  const folder = value === undefined ? 'policy' : value;
  if (typeof folder === 'string' && folder !== '') return resolve(env.INIT_CWD ?? process.cwd(), folder);
  errors.push('context `policyDir` must be a folder, as in `-c policyDir=examples`');
  return '';
}

function parseMinutes(key: string, context: Context, range: MinutesRange, errors: string[]): Duration {
  const value = context(key);
  const minutes = value === undefined ? range.defaultMinutes : Number(value);
  const found = validateMinutes(`context \`${key}\``, minutes, range, String(value));
  errors.push(...found);
  return Duration.minutes(found.length === 0 ? minutes : range.defaultMinutes);
}

function parseFlag(key: string, context: Context, errors: string[]): boolean {
  const value = context(key);
  if (value === undefined) return false;
  // `-c KEY=VALUE` gives a text.
  if (typeof value === 'boolean' || value === 'true' || value === 'false') return String(value) === 'true';
  errors.push(`context \`${key}\` must be \`true\` or \`false\`, got \`${String(value)}\``);
  return false;
}

/** Several stacks in one region need different names. */
function parseStackName(value: unknown, errors: string[]): string {
  if (value === undefined) return 'VifAcceptor';
  if (typeof value === 'string' && /^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(value)) return value;
  errors.push(
    `context \`stackName\` must be letters, digits and hyphens, a letter first, got \`${String(value)}\``,
  );
  return '';
}
