import { X509Certificate } from 'node:crypto';
import { constants, readFileSync } from 'node:fs';
import { access, realpath, stat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { readProxySettings } from '../../adapters/awsProtocol/clientHttp.ts';
import { connect, type Endpoints, REQUEST_TIMEOUT_MS } from '../../adapters/connectApis.ts';
import { isLoopback } from '../../adapters/endpoint.ts';
import { readErrorCode } from '../../adapters/fileSystem.ts';
import { functionCredentials } from '../../adapters/functionCredentials.ts';
import { type Policy, recipientKey } from '../../core/policy.ts';
import { PROVIDER_TRAITS } from '../../core/providers.ts';
import { CredentialsUnusable, RunFailure } from '../../run/portErrors.ts';
import { usedGatewayKinds } from '../../run/verifyCaller.ts';
import { PING_VARIABLE, readPingUrl } from '../heartbeat.ts';
import { awsRegion, isLedgerTable, type LedgerOptions, ledgerPath, openLedger } from '../ledgerOptions.ts';
import { formatDuration } from '../output/terminal.ts';
import { personalAwsCredentials } from '../personalCredentials.ts';
import { NOTIFY_VARIABLE, readWebhooks } from '../webhookOptions.ts';
import { type DoctorFinding, fail, ok, runCheck, warn } from './doctorFinding.ts';
import { describeNoGateways, hasAnyGateway } from './gatewayChecks.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Checks the environment variables that change how APIs, the dead-man's switch and webhooks are called: proxy, certificates, URLs.
 * @throws ProxyRefused, UsageError
 */
export function checkEnvironment(env: Environment): DoctorFinding[] {
  const pingUrl = readPingUrl(undefined, env);
  return [
    describeProxy(env),
    ...checkCertificates(env.NODE_EXTRA_CA_CERTS),
    ...(pingUrl === null
      ? []
      : [
          ok(
            'ping',
            `${PING_VARIABLE} names ${pingUrl.origin}/…, which \`run\` calls; doctor does not call it`,
          ),
        ]),
    ...readWebhooks([], env).map(({ description }) =>
      ok(
        'webhook',
        `${NOTIFY_VARIABLE} names ${description}, which gets each new event of \`run\`; doctor does not call it`,
      ),
    ),
  ];
}

/** Checks the secret that the policy names for the deployed function, as far as that is possible from this machine. */
export async function checkSecret(policy: Policy, endpoints: Endpoints): Promise<readonly DoctorFinding[]> {
  const { recipient, target } = policy;
  const { provider, credentials } = recipient;
  if (PROVIDER_TRAITS[provider].credentials !== 'secret') return [];
  if (credentials === null || !('secret' in credentials)) {
    return [
      warn(
        'secret',
        'the policy names none, and the command line needs none; to deploy it, add `credentials: { secret: NAME }` under `recipient`',
      ),
    ];
  }
  const { entry } = credentials;
  const secret = `\`${credentials.secret}\`${entry === undefined ? '' : `, entry \`${entry}\`,`}`;
  if (!(await hasAwsAccess())) return [warn('secret', notChecked(secret))];
  const connected = connect(
    recipient,
    functionCredentials(recipient, target, null),
    endpoints,
    REQUEST_TIMEOUT_MS,
    // No interface is read here.
    new Set(),
  );
  try {
    await connected.authenticate();
    return await runCheck('secret', async () => {
      const gateways = await connected.gateways.list(usedGatewayKinds(policy));
      if (!hasAnyGateway(policy, gateways))
        return [fail('secret', describeNoGateways(policy, `the key in secret ${secret}`))];
      return [
        ok(
          'secret',
          `${secret} can be read and has the right form, and its key can list the policy's gateways`,
        ),
      ];
    });
  } catch (error) {
    if (!(error instanceof CredentialsUnusable)) throw error;
    return [fail('secret', error.message)];
  } finally {
    connected.close();
  }
}

/** Whether AWS could be called from here. Users of the command line alone do not need that. */
async function hasAwsAccess(): Promise<boolean> {
  try {
    await awsRegion();
    await personalAwsCredentials(null, process.env)();
    return true;
  } catch (error) {
    if (error instanceof RunFailure) return false;
    throw error;
  }
}

function notChecked(secret: string): string {
  return `${secret} was not checked: there are no AWS credentials or no region; set credentials of the function's account and AWS_REGION to check it`;
}

/** Checks that the ledger can be read and, as far as that is known without writing, written. */
export function checkLedger(
  { recipient }: Policy,
  options: LedgerOptions,
): Promise<readonly DoctorFinding[]> {
  return runCheck('ledger', async () => {
    const path = ledgerPath(options);
    const { lastListing, damaged } = await openLedger(options).readState(recipientKey(recipient));
    const findings = Object.values(damaged).map((message) => fail('ledger', message));
    const last = lastListing === null ? 'no complete listing yet' : `last complete listing ${lastListing}`;
    if (isLedgerTable(path)) return [...findings, ok('ledger', `${path} can be read, ${last}`), UNTRIED];
    const obstacle = await findWriteObstacle(path);
    return [...findings, obstacle ?? ok('ledger', `${path} can be read and written, ${last}`)];
  });
}

const UNTRIED = warn(
  'right to write the ledger',
  'not tried; the credentials need `dynamodb:` `UpdateItem`, `BatchWriteItem`, `ConditionCheckItem`, `PutItem` and `DeleteItem`',
);

/** File system types in which files cannot be created, although root seems to have the permission: proc and sysfs. */
const KERNEL_FILE_SYSTEMS: ReadonlySet<number> = new Set([0x9fa0, 0x62656572]);

/** Finds what would prevent a write. The file is replaced as a whole, so its folder, or the nearest existing one, must be writable. */
async function findWriteObstacle(path: string): Promise<DoctorFinding | null> {
  const folder = await nearestFolder(dirname(await realpath(path).catch(() => resolve(path))));
  try {
    if (KERNEL_FILE_SYSTEMS.has((await statfs(folder)).type))
      return fail(
        'ledger',
        `${path} cannot be written: ${folder} is on a kernel file system; name a file in another folder`,
      );
    await access(folder, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    const message = `${path} cannot be written (${readErrorCode(error)}): give this user write permission for ${folder}, or name another file with \`--ledger\``;
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

/** Tolerated difference between two clocks, in milliseconds. */
const TOLERANCE_MS = 5 * 60 * 1000;
const LIMIT_MS = 1000;

/**
 * Checks whether the endpoint is an emulator whose clock was moved. Its answers carry the real time, which request signatures need,
 * so the check of the API's clock does not detect it.
 */
export async function checkEmulatorClock(endpoint: string | null, now: Date): Promise<DoctorFinding[]> {
  const emulatorTime = endpoint !== null && isLoopback(endpoint) ? await readEmulatorClock(endpoint) : null;
  const offset = emulatorTime === null ? 0 : emulatorTime - now.getTime();
  if (Math.abs(offset) < TOLERANCE_MS) return [];
  const difference = `${formatDuration(Math.abs(offset) / 1000)} ${offset > 0 ? 'ahead of' : 'behind'} this machine's`;
  return [
    warn(
      'emulator',
      `its clock is ${difference}: requests expire by its clock, but the expiry times shown here are those of this machine; restart the emulator, or POST /_simulator/reset`,
    ),
  ];
}

/** Reads the emulator's clock; `null`: the server is not the emulator. */
async function readEmulatorClock(endpoint: string): Promise<number | null> {
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

function describeProxy(env: Environment): DoctorFinding {
  const proxy = readProxySettings(env);
  if (proxy === null) return ok('proxy', 'none');
  const except = proxy.exceptions === '' ? '' : `, except to \`${proxy.exceptions}\` (NO_PROXY)`;
  return ok('proxy', `\`${proxy.url}\` (HTTPS_PROXY) for all https${except}`);
}

/** Checks the file of additional certificates. Node only prints a line when it cannot read the file, and then trusts no server behind such a proxy. */
function checkCertificates(file: string | undefined): DoctorFinding[] {
  if (!file) return [];
  const check = 'certificates';
  try {
    const text = readFileSync(file, 'utf8');
    new X509Certificate(text);
    const count = text.split('-----BEGIN CERTIFICATE-----').length - 1;
    return [ok(check, `NODE_EXTRA_CA_CERTS adds ${count} from ${file}`)];
  } catch (error) {
    const isSystem = error instanceof Error && 'syscall' in error;
    const why = isSystem ? `cannot be read (${readErrorCode(error)})` : 'has no certificate in PEM format';
    return [fail(check, `NODE_EXTRA_CA_CERTS names ${file}, which ${why}; fix or unset it`)];
  }
}
