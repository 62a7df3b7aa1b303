import type { Connected, Endpoints } from '../../adapters/connect.ts';
import { isConfirming, type VirtualInterface } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { quote } from '../../core/printableText.ts';
import { usedGatewayKinds } from '../../run/verifyCaller.ts';
import type { ConnectOptions } from '../connectTarget.ts';
import type { LedgerOptions } from '../ledgerOptions.ts';
import { type DoctorFinding, fail, ok, runCheck, warn } from './doctorFinding.ts';
import { listEndpoints } from './endpointFindings.ts';
import { checkEmulatorClock, checkLedger, checkSecret } from './environmentChecks.ts';
import { checkGateways, checkRouting } from './gatewayChecks.ts';

/** What would stop a pass over a target, each check by itself: one that fails hides no other. */
export async function runChecks(
  policy: Policy,
  connected: Connected,
  endpoints: Endpoints,
  options: ConnectOptions & LedgerOptions,
): Promise<DoctorFinding[]> {
  const credentials = await runCheck('credentials', async () => {
    await connected.authenticate();
    return [ok('credentials', 'found')];
  });
  // Without keys there is nobody to ask.
  const found = credentials.every(({ result }) => result !== 'bad');
  return [
    ...listEndpoints(policy, endpoints, options),
    ...credentials,
    ...(found ? await examineAccount(policy, connected) : []),
    ...(await checkSecret(policy, endpoints)),
    ...(await checkLedger(policy, options)),
    ...(await checkEmulatorClock(endpoints.directConnect, new Date())),
    ...(policy.freeze
      ? [warn('freeze', 'the policy is frozen: every request is held until `freeze` is taken away')]
      : []),
  ];
}

async function examineAccount(policy: Policy, connected: Connected): Promise<DoctorFinding[]> {
  const { directConnect, gateways, caller } = connected;
  const { account } = policy.recipient;
  const listing = await runCheck('right to list', async () =>
    judgeListing(account, await directConnect.list()),
  );
  return [
    ...(await runCheck('identity', async () => [judgeAccount(account, await caller.account())])),
    ...listing,
    ...(await runCheck('right to see own connections', async () => {
      const own = await directConnect.ownConnections();
      return [ok('right to see own connections', `${own.size} connections and LAGs of our own`)];
    })),
    ...(await runCheck('gateways', async () => {
      const known = await gateways.list(usedGatewayKinds(policy));
      return [...checkGateways(policy, known), ...(await checkRouting(policy, known, gateways))];
    })),
    warn(
      'right to confirm',
      'not tried, since trying would accept; the keys need `directconnect:ConfirmPrivateVirtualInterface`',
    ),
    listing.some(({ result }) => result === 'bad')
      ? warn('clock', 'not checked: there was no answer to compare it with')
      : judgeClock(connected.clockOffset()),
  ];
}

function judgeAccount(recipient: string, account: string | null): DoctorFinding {
  if (account === null) {
    return warn(
      'identity',
      `OUTSCALE has no way to ask; gateways below tell whether these are the keys of \`${recipient}\``,
    );
  }
  if (account === recipient) return ok('identity', `the credentials are of account \`${account}\``);
  return fail(
    'identity',
    `the credentials are of account \`${account}\`, the policy's recipient is \`${recipient}\`; use the recipient's, or mend \`recipient.account\``,
  );
}

function judgeListing(recipient: string, interfaces: readonly VirtualInterface[]): DoctorFinding[] {
  const confirming = interfaces.filter(isConfirming);
  const counted = ok(
    'right to list',
    `${interfaces.length} virtual interfaces, ${confirming.length} confirming`,
  );
  const named = [...new Set(confirming.map(({ ownerAccount }) => ownerAccount).filter((id) => id !== null))];
  if (named.length !== 1 || named[0] === recipient) return [counted];
  const message = `every request names account ${quote(named[0] ?? '')}; when that is yours, \`recipient.account\` is wrong`;
  return [counted, warn('recipient', message)];
}

/** The SDK tells an offset from here on only; APIs refuse signatures that are further off. In milliseconds. */
const CLOCK_TOLERANCE = 5 * 60 * 1000;

function judgeClock(offsetMs: number): DoctorFinding {
  if (Math.abs(offsetMs) < CLOCK_TOLERANCE) return ok('clock', "within 5 minutes of the API's");
  const off = `${Math.round(Math.abs(offsetMs) / 1000)} s ${offsetMs < 0 ? 'ahead of' : 'behind'} the API's`;
  return fail('clock', `${off}; set it, deadlines depend on it`);
}
