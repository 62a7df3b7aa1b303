import type { Connected } from '../../lambda/adapters/connect.ts';
import { type Gateway, isConfirming, type VirtualInterface } from '../../lambda/core/model.ts';
import type { Policy } from '../../lambda/core/policy.ts';
import { list, quote } from '../../lambda/core/text.ts';
import { PassFailure } from '../../lambda/errors.ts';
import { gatewayIds, gatewayKinds } from '../../lambda/pass/vetting.ts';
import { bad, type Finding, ok, warn } from './finding.ts';
import { checkSecret } from './secret.ts';

/** What would stop a pass over a target, each check by itself: one that fails hides no other. */
export async function examine(policy: Policy, connected: Connected): Promise<Finding[]> {
  const { directConnect, gateways, caller } = connected;
  const { recipient } = policy;
  const credentials = await guarded('credentials', async () => {
    await connected.authenticate();
    return [ok('credentials', 'found')];
  });
  if (credentials.some(({ result }) => result === 'bad')) return credentials;
  const listing = await guarded('right to list', async () =>
    judgeListing(recipient.account, await directConnect.list()),
  );
  return [
    ...credentials,
    ...(await guarded('identity', async () => judgeAccount(recipient.account, await caller.account()))),
    ...listing,
    ...(await guarded('right to see own connections', async () => {
      const own = await directConnect.ownConnections();
      return [ok('right to see own connections', `${own.size} connections and LAGs of our own`)];
    })),
    ...(await guarded('gateways', async () =>
      judgeGateways(policy, await gateways.list(gatewayKinds(policy))),
    )),
    warn(
      'right to confirm',
      'not tried, since trying would accept; the keys need `directconnect:ConfirmPrivateVirtualInterface`',
    ),
    ...(await checkSecret(policy)),
    listing.some(({ result }) => result === 'bad')
      ? warn('clock', 'not checked: there was no answer to compare it with')
      : judgeClock(connected.clockOffset()),
    ...(policy.freeze
      ? [warn('freeze', 'the policy is frozen: every request is held until `freeze` is taken away')]
      : []),
  ];
}

async function guarded(check: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof PassFailure) return [bad(check, error.message)];
    throw error;
  }
}

function judgeAccount(recipient: string, account: string | null): Finding[] {
  if (account === null) {
    return [
      warn(
        'identity',
        `OUTSCALE has no way to ask; gateways below tell whether these are the keys of \`${recipient}\``,
      ),
    ];
  }
  if (account === recipient) return [ok('identity', `the credentials are of account \`${account}\``)];
  return [
    bad(
      'identity',
      `the credentials are of account \`${account}\`, the policy's recipient is \`${recipient}\``,
    ),
  ];
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

function judgeGateways(policy: Policy, gateways: readonly Gateway[]): Finding[] {
  const findings = gatewayIds(policy).map((id) =>
    judgeGateway(
      id,
      gateways.find((gateway) => gateway.id === id),
    ),
  );
  if (findings.some(({ result }) => result !== 'bad')) return findings;
  const { account, region } = policy.recipient;
  return [
    ...findings,
    bad(
      'gateways',
      `none of the policy's gateways is here: are these the keys of \`${account}\` in \`${region}\`?`,
    ),
  ];
}

function judgeGateway(id: string, gateway: Gateway | undefined): Finding {
  const check = `gateway ${id}`;
  // One missing gateway holds its requests and stops no pass; that none exists is judged with all of them.
  if (gateway === undefined)
    return bad(check, 'does not exist in this account and region: requests for it would be held');
  if (gateway.state !== 'available')
    return bad(check, `is \`${gateway.state ?? 'of no state'}\`, not \`available\``);
  if (gateway.kind === 'directConnect') return ok(check, 'available');
  if (gateway.attachedVpcs.length === 0) return bad(check, 'is attached to no VPC; attach it first');
  return ok(check, `available, attached to ${list(gateway.attachedVpcs)}`);
}

/** APIs refuse signatures that are further off, and deadlines would be told wrongly. In milliseconds. */
const CLOCK_TOLERANCE = 5 * 60 * 1000;

function judgeClock(offsetMs: number): Finding {
  const off = `${Math.round(Math.abs(offsetMs) / 1000)} s ${offsetMs < 0 ? 'ahead of' : 'behind'} the API's`;
  return Math.abs(offsetMs) < CLOCK_TOLERANCE
    ? ok('clock', off)
    : bad('clock', `${off}; set it, deadlines depend on it`);
}
