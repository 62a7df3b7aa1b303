import type { Endpoints } from '../adapters/connectApis.ts';
import { validateEndpoint } from '../adapters/endpoint.ts';
import { AVAILABLE_WITHIN_MS } from '../core/followUp.ts';
import { quote } from '../core/printableText.ts';

/** The function's settings, read from its environment. */
export interface Settings {
  /** folder of the compiled policies */
  readonly policyDir: string;
  readonly endpoints: Endpoints;
  /** DynamoDB table of the ledger */
  readonly table: string;
  /** how long an accepted interface may take to become `available`, in milliseconds */
  readonly availableWithinMs: number;
}

/** A setting is missing or malformed; the message names it and the fix. */
export class SettingRefused extends Error {
  override readonly name = 'SettingRefused';
}

/** The invocation event names no target, or one that this function does not have. */
export class EventRefused extends Error {
  override readonly name = 'EventRefused';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws SettingRefused, EndpointRefused */
export function readSettings(env: Environment): Settings {
  return {
    policyDir: readPolicyDir(env),
    endpoints: readEndpoints(env),
    table: readTable(env.VIF_ACCEPTOR_TABLE),
    availableWithinMs: readMinutes(env, 'VIF_ACCEPTOR_AVAILABLE_WITHIN_MINUTES') ?? AVAILABLE_WITHIN_MS,
  };
}

/** The settings of the watcher, read from its environment. */
export interface WatcherSettings extends Pick<Settings, 'policyDir' | 'table'> {
  /** name of the deployment: the dimension of its metrics, and the key of its item in the table */
  readonly deployment: string;
  /** between two scheduled runs for a target */
  readonly intervalMinutes: number;
}

/** @throws SettingRefused */
export function readWatcherSettings(env: Environment): WatcherSettings {
  const { VIF_ACCEPTOR_DEPLOYMENT: deployment } = env;
  const intervalMs = readMinutes(env, 'VIF_ACCEPTOR_INTERVAL_MINUTES');
  // Fail closed: with a guessed interval, a silent target would be reported too late or falsely.
  if (intervalMs === null)
    throw missingSetting('VIF_ACCEPTOR_INTERVAL_MINUTES', 'the minutes between two runs');
  if (!deployment) throw missingSetting('VIF_ACCEPTOR_DEPLOYMENT', 'the name of the deployment');
  return {
    policyDir: readPolicyDir(env),
    table: readTable(env.VIF_ACCEPTOR_TABLE),
    deployment,
    intervalMinutes: intervalMs / 60_000,
  };
}

function missingSetting(name: string, meaning: string): SettingRefused {
  return new SettingRefused(
    `setting ${name} is missing: it must be ${meaning}; deploy with the CDK app, which sets it`,
  );
}

function readPolicyDir(env: Environment): string {
  return env.VIF_ACCEPTOR_POLICY_DIR || '/opt/policy';
}

/** Reads the target's name from an invocation event, `{"target": "NAME"}`. It can be any text. @throws EventRefused */
export function readEvent(event: unknown): string {
  const { target }: { target?: unknown } = typeof event === 'object' && event !== null ? event : {};
  if (typeof target === 'string' && target !== '') return target;
  throw new EventRefused('event must be `{"target": "NAME"}`, with the name of a policy file');
}

function readEndpoints(env: Environment): Endpoints {
  return {
    directConnect: readEndpoint(env, 'VIF_ACCEPTOR_ENDPOINT'),
    gateways: readEndpoint(env, 'VIF_ACCEPTOR_GATEWAY_ENDPOINT'),
    identity: readEndpoint(env, 'VIF_ACCEPTOR_STS_ENDPOINT'),
  };
}

function readEndpoint(env: Environment, setting: string): string | null {
  const value = env[setting];
  return value === undefined || value === '' ? null : validateEndpoint(setting, value);
}

function readTable(name: string | undefined): string {
  if (name) return name;
  // Fail closed: without a ledger, two runs could accept requests at the same time.
  throw missingSetting('VIF_ACCEPTOR_TABLE', 'the name of the DynamoDB table of the ledger');
}

/** @returns milliseconds */
function readMinutes(env: Environment, setting: string): number | null {
  const value = env[setting];
  if (value === undefined || value === '') return null;
  const minutes = Number(value);
  if (Number.isInteger(minutes) && minutes >= 1) return minutes * 60_000;
  throw new SettingRefused(`setting ${setting} must be a whole number of minutes, got ${quote(value)}`);
}
