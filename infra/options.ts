import { resolve } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { PROJECT_ROOT } from './bundling.ts';
import { DeploymentRefused } from './refused.ts';

/** What whoever deploys may choose, by `-c KEY=VALUE`. */
export interface Options {
  /** absolute */
  readonly policyDir: string;
  readonly interval: Duration;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param context a value of the CDK context; `undefined` when it was not given
 * @throws DeploymentRefused
 */
export function readOptions(context: (key: string) => unknown, env: Environment): Options {
  return {
    policyDir: policyDir(context('policyDir'), env),
    interval: Duration.minutes(minutes(context('intervalMinutes'))),
  };
}

/** npm runs scripts in the project's folder and tells the caller's as `INIT_CWD`. */
function policyDir(given: unknown, env: Environment): string {
  if (given === undefined) return resolve(PROJECT_ROOT, 'policy');
  if (typeof given === 'string' && given !== '') return resolve(env.INIT_CWD ?? process.cwd(), given);
  throw new DeploymentRefused(['context `policyDir` must be a folder, as in `-c policyDir=examples`']);
}

/** A time-out is a minute less and at least one; an hour is long enough to be told late. */
function minutes(given: unknown): number {
  if (given === undefined) return 5;
  const value = Number(given);
  if (Number.isInteger(value) && value >= 2 && value <= 60) return value;
  throw new DeploymentRefused([
    `context \`intervalMinutes\` must be a whole number from 2 to 60, got \`${String(given)}\``,
  ]);
}
