import type { Endpoints } from '../adapters/connect.ts';
import { validateEndpoint } from '../adapters/endpoint.ts';
import { AVAILABLE_WITHIN_MS } from '../core/followUp.ts';
import { PROVIDERS, type Recipient } from '../core/model.ts';
import { formatList, quote } from '../core/printableText.ts';
import { ACCOUNT, isName } from '../core/resourceIds.ts';

/** The function's settings, read from its environment. */
export interface Settings {
  /** the recipient of each target, as deployed; a policy with another recipient is refused */
  readonly recipients: ReadonlyMap<string, Recipient>;
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
    recipients: readRecipients(env.VIF_ACCEPTOR_RECIPIENTS),
    policyDir: env.VIF_ACCEPTOR_POLICY_DIR || '/opt/policy',
    endpoints: readEndpoints(env),
    table: readTable(env.VIF_ACCEPTOR_TABLE),
    availableWithinMs: readMinutes(env, 'VIF_ACCEPTOR_AVAILABLE_WITHIN_MINUTES') ?? AVAILABLE_WITHIN_MS,
  };
}

/** Reads an invocation event, `{"target": "NAME"}`, where NAME is a target of this function. @throws EventRefused */
export function readEvent(
  event: unknown,
  recipients: Settings['recipients'],
): { target: string; recipient: Recipient } {
  const { target }: { target?: unknown } = typeof event === 'object' && event !== null ? event : {};
  if (typeof target !== 'string' || target === '') {
    throw new EventRefused('event must be `{"target": "NAME"}`, with the name of a policy file');
  }
  const recipient = recipients.get(target);
  if (recipient === undefined) {
    const known = formatList([...recipients.keys()].map(quote));
    throw new EventRefused(
      `unknown target ${quote(target)}: this function has ${known}; deploy its policy first`,
    );
  }
  return { target, recipient };
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
  throw new SettingRefused(
    'setting VIF_ACCEPTOR_TABLE is missing: it must be the name of the DynamoDB table of the ledger; deploy with the CDK app, which sets it',
  );
}

/** @returns milliseconds */
function readMinutes(env: Environment, setting: string): number | null {
  const value = env[setting];
  if (value === undefined || value === '') return null;
  const minutes = Number(value);
  if (Number.isInteger(minutes) && minutes >= 1) return minutes * 60_000;
  throw new SettingRefused(`setting ${setting} must be a whole number of minutes, got ${quote(value)}`);
}

const RECIPIENTS = 'VIF_ACCEPTOR_RECIPIENTS';

function readRecipients(text: string | undefined): Map<string, Recipient> {
  const form = 'JSON such as `{"acme": "outscale/eu-west-2/012345678901"}`';
  if (text === undefined || text === '') {
    throw new SettingRefused(
      `setting ${RECIPIENTS} is missing: it must be ${form}; deploy with the CDK app, which sets it`,
    );
  }
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new SettingRefused(`setting ${RECIPIENTS} must be ${form}, got text that is not JSON`, { cause });
  }
  const entries = typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? Object.entries(raw) : [];
  if (entries.length === 0) throw new SettingRefused(`setting ${RECIPIENTS} must be ${form}, got no target`);
  return new Map(entries.map(([target, key]) => [target, readRecipient(target, key, form)]));
}

function readRecipient(target: string, key: unknown, form: string): Recipient {
  const [name, region, account, ...rest] = typeof key === 'string' ? key.split('/') : [];
  const provider = PROVIDERS.find((candidate) => candidate === name);
  if (!isName(target) || !provider || !region || !account || !ACCOUNT.test(account) || rest.length > 0) {
    throw new SettingRefused(`setting ${RECIPIENTS} must be ${form}, got another form for ${quote(target)}`);
  }
  return { provider, region, account };
}
