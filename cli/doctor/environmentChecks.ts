import { X509Certificate } from 'node:crypto';
import { constants, readFileSync } from 'node:fs';
import { access, realpath, stat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { readProxySettings } from '../../adapters/aws/clientHttp.ts';
import { connect, type Endpoints, REQUEST_TIMEOUT_MS } from '../../adapters/connect.ts';
import { isLoopback } from '../../adapters/endpoint.ts';
import { readErrorCode } from '../../adapters/fileSystem.ts';
import { functionCredentials } from '../../adapters/functionCredentials.ts';
import { type Policy, recipientKey } from '../../core/policy.ts';
import { CredentialsUnusable } from '../../run/portErrors.ts';
import { usedGatewayKinds } from '../../run/verifyCaller.ts';
import { PING_VARIABLE, readPingUrl } from '../heartbeat.ts';
import { type LedgerOptions, ledgerPath, openLedger } from '../ledgerOptions.ts';
import { formatDuration } from '../output/terminal.ts';
import { type DoctorFinding, fail, ok, runCheck, warn } from './doctorFinding.ts';
import { describeNoGateways, hasAnyGateway } from './gatewayChecks.ts';

/** Whether the deployed function will get along with the secret that the policy names, as far as one can see from here. */
export async function checkSecret(policy: Policy, endpoints: Endpoints): Promise<readonly DoctorFinding[]> {
  const { recipient, target } = policy;
  const { provider, credentials } = recipient;
  if (provider !== 'outscale') return [];
  if (credentials === null || !('secret' in credentials)) {
    return [
      warn(
        'secret',
        'none is named: enough for the command line; to deploy, add `credentials: { secret: NAME }` under `recipient`',
      ),
    ];
  }
  const secret = `\`${credentials.secret}\``;
  const connected = connect(
    recipient,
    functionCredentials(recipient, target, null),
    endpoints,
    REQUEST_TIMEOUT_MS,
  );
  try {
    await connected.authenticate();
    return await runCheck('secret', async () => {
      const gateways = await connected.gateways.list(usedGatewayKinds(policy));
      if (!hasAnyGateway(policy, gateways))
        return [fail('secret', describeNoGateways(policy, `the key in secret ${secret}`))];
      return [ok('secret', `${secret} can be read, has its form, and its key sees the policy's gateways`)];
    });
  } catch (error) {
    if (!(error instanceof CredentialsUnusable)) throw error;
    return [isNotOurs(error) ? warn('secret', notChecked(secret)) : fail('secret', error.message)];
  } finally {
    connected.close();
  }
}

/** Whoever runs this by the command line alone needs no keys of AWS. */
function isNotOurs({ message }: CredentialsUnusable): boolean {
  return /CredentialsProviderError|Region is missing/.test(message);
}

function notChecked(secret: string): string {
  return `${secret} not checked: no AWS credentials or region here; with those of the function's account and AWS_REGION it would be`;
}

/** Whether the memory can be read, and written as far as one can tell without writing. */
export function checkLedger(
  { recipient }: Policy,
  options: LedgerOptions,
): Promise<readonly DoctorFinding[]> {
  return runCheck('ledger', async () => {
    const path = ledgerPath(options);
    const { lastListing, damaged } = await openLedger(options).readState(recipientKey(recipient));
    const findings = Object.values(damaged).map((message) => fail('ledger', message));
    const last = lastListing === null ? 'no pass yet' : `last complete listing ${lastListing}`;
    if (path.startsWith('dynamodb:'))
      return [...findings, ok('ledger', `${path} can be read, ${last}`), UNTRIED];
    const obstacle = await obstacleTo(path);
    return [...findings, obstacle ?? ok('ledger', `${path} can be read and written, ${last}`)];
  });
}

const UNTRIED = warn(
  'right to write the ledger',
  'not tried; it needs `dynamodb:` `UpdateItem`, `BatchWriteItem`, `ConditionCheckItem`, `PutItem` and `DeleteItem`',
);

/** Types of file systems in which nobody can make a file, though root seems to have the right to: proc and sysfs. */
const OF_THE_KERNEL: ReadonlySet<number> = new Set([0x9fa0, 0x62656572]);

/** The file is replaced as a whole, so what must be writable is its folder, or the nearest one that there is. */
async function obstacleTo(path: string): Promise<DoctorFinding | null> {
  const folder = await nearestFolder(dirname(await realpath(path).catch(() => resolve(path))));
  try {
    if (OF_THE_KERNEL.has((await statfs(folder)).type))
      return fail(
        'ledger',
        `${path} cannot be written: ${folder} has no files of users; name a file in another folder`,
      );
    await access(folder, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    const message = `${path} cannot be written (${readErrorCode(error)}): give this user the right to write to ${folder}, or name another file by \`--ledger\``;
    return fail('ledger', message);
  }
}

async function nearestFolder(folder: string): Promise<string> {
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  );
  return isThere || dirname(folder) === folder ? folder : nearestFolder(dirname(folder));
}

/** From when on two clocks are not the same, in milliseconds. */
const TOLERANCE_MS = 5 * 60 * 1000;
const LIMIT_MS = 1000;

/**
 * Whether the endpoint is the emulator, and its clock was moved. Its answers carry the real time, by which requests are signed, so
 * that the check of the API's clock cannot show it.
 */
export async function checkEmulatorClock(endpoint: string | null, now: Date): Promise<DoctorFinding[]> {
  const there = endpoint !== null && isLoopback(endpoint) ? await clockOf(endpoint) : null;
  const offset = there === null ? 0 : there - now.getTime();
  if (Math.abs(offset) < TOLERANCE_MS) return [];
  const off = `${formatDuration(Math.abs(offset) / 1000)} ${offset > 0 ? 'ahead of' : 'behind'} this machine's`;
  return [
    warn(
      'emulator',
      `its clock is ${off}: requests expire by its clock, and the expiry times shown here do not follow; restart the emulator, or POST /_simulator/reset`,
    ),
  ];
}

/** `null`: it is another server than the emulator. */
async function clockOf(endpoint: string): Promise<number | null> {
  try {
    const answer = await fetch(`${endpoint}/_simulator/clock`, { signal: AbortSignal.timeout(LIMIT_MS) });
    const body: unknown = await answer.json();
    const now = typeof body === 'object' && body !== null && 'now' in body ? body.now : null;
    const time = typeof now === 'string' ? Date.parse(now) : Number.NaN;
    return Number.isNaN(time) ? null : time;
  } catch {
    return null;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the environment changes in how the APIs are reached and the world is told.
 * @throws ProxyRefused, UsageError
 */
export function checkEnvironment(env: Environment): DoctorFinding[] {
  const address = readPingUrl(undefined, env);
  return [
    judgeProxy(env),
    ...judgeCertificates(env.NODE_EXTRA_CA_CERTS),
    ...(address === null
      ? []
      : [ok('ping', `${PING_VARIABLE} names ${address.origin}/…, which \`run\` calls; not called now`)]),
  ];
}

function judgeProxy(env: Environment): DoctorFinding {
  const proxy = readProxySettings(env);
  if (proxy === null) return ok('proxy', 'none');
  const except = proxy.exceptions === '' ? '' : `, except to \`${proxy.exceptions}\` (NO_PROXY)`;
  return ok('proxy', `\`${proxy.url}\` (HTTPS_PROXY) for all https${except}`);
}

/** Node passes over a file that it cannot read with one line, and without it nothing behind such a proxy is trusted. */
function judgeCertificates(file: string | undefined): DoctorFinding[] {
  if (!file) return [];
  const check = 'certificates';
  try {
    const text = readFileSync(file, 'utf8');
    new X509Certificate(text);
    const count = text.split('-----BEGIN CERTIFICATE-----').length - 1;
    return [ok(check, `NODE_EXTRA_CA_CERTS adds ${count} of ${file}`)];
  } catch (error) {
    const isSystem = error instanceof Error && 'syscall' in error;
    const why = isSystem ? `cannot be read (${readErrorCode(error)})` : 'holds no certificate in PEM';
    return [fail(check, `NODE_EXTRA_CA_CERTS names ${file}, which ${why}; mend or unset it`)];
  }
}
