import { resolve } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { AVAILABLE_WITHIN_MS } from '../lambda/core/followUp.ts';
import { PROJECT_ROOT } from './bundling.ts';
import { DeploymentRefused } from './refused.ts';

/** What whoever deploys may choose, by `-c KEY=VALUE`. */
export interface Options {
  /** absolute */
  readonly policyDir: string;
  readonly interval: Duration;
  readonly availableWithin: Duration;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param context a value of the CDK context; `undefined` when it was not given
 * @throws DeploymentRefused
 */
export function readOptions(context: (key: string) => unknown, env: Environment): Options {
  return {
    policyDir: policyDir(context('policyDir'), env),
    // A time-out is a minute less and at least one; an hour is long enough to be told late.
    interval: minutes('intervalMinutes', context, 5, [2, 60]),
    availableWithin: minutes('availableWithinMinutes', context, AVAILABLE_WITHIN_MS / 60_000, [
      1,
      7 * 24 * 60,
    ]),
  };
}

/** npm runs scripts in the project's folder and tells the caller's as `INIT_CWD`. */
function policyDir(given: unknown, env: Environment): string {
  if (given === undefined) return resolve(PROJECT_ROOT, 'policy');
  if (typeof given === 'string' && given !== '') return resolve(env.INIT_CWD ?? process.cwd(), given);
  throw new DeploymentRefused(['context `policyDir` must be a folder, as in `-c policyDir=examples`']);
}

function minutes(
  key: string,
  context: (key: string) => unknown,
  usual: number,
  [least, most]: readonly [number, number],
): Duration {
  const given = context(key);
  const value = given === undefined ? usual : Number(given);
  if (Number.isInteger(value) && value >= least && value <= most) return Duration.minutes(value);
  throw new DeploymentRefused([
    `context \`${key}\` must be a whole number from ${least} to ${most}, got \`${String(given)}\``,
  ]);
}
