import { resolve } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { type NotifyOption, parseNotify } from './notificationTarget.ts';
import { PROJECT_ROOT } from './providerFunction.ts';
import {
  AVAILABLE_WITHIN_RANGE,
  DeploymentRefused,
  INTERVAL_RANGE,
  type MinutesRange,
  validateMinutes,
} from './validateOptions.ts';

/** What whoever deploys may choose, by `-c KEY=VALUE`. */
export interface DeploymentOptions {
  /** absolute */
  readonly policyDir: string;
  readonly notify: NotifyOption;
  readonly interval: Duration;
  readonly availableWithin: Duration;
  readonly stackName: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A value of the CDK context; `undefined` when it was not given. */
type Context = (key: string) => unknown;

/** @throws DeploymentRefused with everything that is wrong */
export function readOptions(context: Context, env: Environment): DeploymentOptions {
  const faults: string[] = [];
  const options: DeploymentOptions = {
    policyDir: policyDir(context('policyDir'), env, faults),
    notify: parseNotify(context('notify'), faults),
    interval: minutes('intervalMinutes', context, INTERVAL_RANGE, faults),
    availableWithin: minutes('availableWithinMinutes', context, AVAILABLE_WITHIN_RANGE, faults),
    stackName: stackName(context('stackName'), faults),
  };
  if (faults.length > 0) throw new DeploymentRefused(faults);
  return options;
}

/** npm runs scripts in the project's folder and tells the caller's as `INIT_CWD`. */
function policyDir(given: unknown, env: Environment, faults: string[]): string {
  if (given === undefined) return resolve(PROJECT_ROOT, 'policy');
  if (typeof given === 'string' && given !== '') return resolve(env.INIT_CWD ?? process.cwd(), given);
  faults.push('context `policyDir` must be a folder, as in `-c policyDir=examples`');
  return '';
}

function minutes(key: string, context: Context, choice: MinutesRange, faults: string[]): Duration {
  const given = context(key);
  const value = given === undefined ? choice.defaultMinutes : Number(given);
  const wrong = validateMinutes(`context \`${key}\``, value, choice, String(given));
  faults.push(...wrong);
  return Duration.minutes(wrong.length === 0 ? value : choice.defaultMinutes);
}

/** Several stacks in one region need several names. */
function stackName(given: unknown, faults: string[]): string {
  if (given === undefined) return 'VifAcceptor';
  if (typeof given === 'string' && /^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(given)) return given;
  faults.push(
    `context \`stackName\` must be letters, digits and hyphens, a letter first, got \`${String(given)}\``,
  );
  return '';
}
