import type { Connected, Endpoints } from '../../adapters/connect.ts';
import { isConfirming, type VirtualInterface } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { quote } from '../../core/printableText.ts';
import { gatewayKinds } from '../../run/verifyCaller.ts';
import type { ConnectOptions } from '../connectTarget.ts';
import type { LedgerOptions } from '../ledgerOptions.ts';
import { bad, type Finding, guarded, ok, warn } from './doctorFinding.ts';
import { describeEndpoints } from './endpointFindings.ts';
import { checkEmulator, checkLedger, checkSecret } from './environmentChecks.ts';
import { judgeGateways, tryRouting } from './gatewayChecks.ts';

/** What would stop a pass over a target, each check by itself: one that fails hides no other. */
export async function examine(
  policy: Policy,
  connected: Connected,
  endpoints: Endpoints,
  options: ConnectOptions & LedgerOptions,
): Promise<Finding[]> {
  const credentials = await guarded('credentials', async () => {
    await connected.authenticate();
    return [ok('credentials', 'found')];
  });
  // Without keys there is nobody to ask.
  const found = credentials.every(({ result }) => result !== 'bad');
  return [
    ...describeEndpoints(policy, endpoints, options),
    ...credentials,
    ...(found ? await examineAccount(policy, connected) : []),
    ...(await checkSecret(policy, endpoints)),
    ...(await checkLedger(policy, options)),
    ...(await checkEmulator(endpoints.directConnect, new Date())),
    ...(policy.freeze
      ? [warn('freeze', 'the policy is frozen: every request is held until `freeze` is taken away')]
      : []),
  ];
}

async function examineAccount(policy: Policy, connected: Connected): Promise<Finding[]> {
  const { directConnect, gateways, caller } = connected;
  const { account } = policy.recipient;
  const listing = await guarded('right to list', async () =>
    judgeListing(account, await directConnect.list()),
  );
  return [
    ...(await guarded('identity', async () => [judgeAccount(account, await caller.account())])),
    ...listing,
    ...(await guarded('right to see own connections', async () => {
      const own = await directConnect.ownConnections();
      return [ok('right to see own connections', `${own.size} connections and LAGs of our own`)];
    })),
    ...(await guarded('gateways', async () => {
      const known = await gateways.list(gatewayKinds(policy));
      return [...judgeGateways(policy, known), ...(await tryRouting(policy, known, gateways))];
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

function judgeAccount(recipient: string, account: string | null): Finding {
  if (account === null) {
    return warn(
      'identity',
      `OUTSCALE has no way to ask; gateways below tell whether these are the keys of \`${recipient}\``,
    );
  }
  if (account === recipient) return ok('identity', `the credentials are of account \`${account}\``);
  return bad(
    'identity',
    `the credentials are of account \`${account}\`, the policy's recipient is \`${recipient}\`; use the recipient's, or mend \`recipient.account\``,
  );
}

function judgeListing(recipient: string, interfaces: readonly VirtualInterface[]): Finding[] {
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

function judgeClock(offsetMs: number): Finding {
  if (Math.abs(offsetMs) < CLOCK_TOLERANCE) return ok('clock', "within 5 minutes of the API's");
  const off = `${Math.round(Math.abs(offsetMs) / 1000)} s ${offsetMs < 0 ? 'ahead of' : 'behind'} the API's`;
  return bad('clock', `${off}; set it, deadlines depend on it`);
}
