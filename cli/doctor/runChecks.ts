import type { Connected, Endpoints } from '../../adapters/connectApis.ts';
import { KINDS } from '../../core/kinds.ts';
import { isConfirming, type VirtualInterface } from '../../core/model.ts';
import { type Policy, usedKinds } from '../../core/policy.ts';
import { formatList, quote } from '../../core/printableText.ts';
import { PROVIDER_TRAITS } from '../../core/providers.ts';
import { CallFailure } from '../../run/portErrors.ts';
import { usedGatewayKinds } from '../../run/verifyCaller.ts';
import type { ConnectOptions } from '../connectTarget.ts';
import type { LedgerOptions } from '../ledgerOptions.ts';
import { checkCredentials } from './credentialChecks.ts';
import { type DoctorFinding, fail, ok, runCheck, warn } from './doctorFinding.ts';
import { listEndpoints } from './endpointFindings.ts';
import { checkEmulatorClock, checkLedger, checkSecret } from './environmentChecks.ts';
import { checkGateways, checkRouting, checkServedKinds } from './gatewayChecks.ts';
import { checkRouteWatch } from './routeWatchChecks.ts';

/** Checks that a run over a target would succeed. Checks are independent: one that fails does not hide the others. */
export async function runChecks(
  policy: Policy,
  connected: Connected,
  endpoints: Required<Endpoints>,
  options: ConnectOptions & LedgerOptions,
): Promise<DoctorFinding[]> {
  const credentials = await checkCredentials(policy, connected, options);
  // Without credentials, no API can be called.
  const found = credentials.every(({ result }) => result !== 'fail');
  return [
    ...listEndpoints(policy, endpoints, options),
    ...credentials,
    ...(found ? await checkAccount(policy, connected) : []),
    ...(found && options.auditLog ? [await checkAuditLog(policy, connected)] : []),
    ...(await checkSecret(policy, endpoints)),
    ...(await checkLedger(policy, options)),
    ...(await checkEmulatorClock(endpoints.directConnect, new Date())),
    ...(policy.freeze
      ? [warn('freeze', 'the policy is frozen: every request is held until `freeze: true` is removed')]
      : []),
  ];
}

/** The checks that call the provider with the user's credentials. */
async function checkAccount(policy: Policy, connected: Connected): Promise<DoctorFinding[]> {
  const { directConnect, gateways, caller } = connected;
  const { account } = policy.recipient;
  let listed: readonly VirtualInterface[] = [];
  const listing = await runCheck('right to list', async () => {
    listed = await directConnect.list();
    return describeListing(account, listed);
  });
  return [
    ...(await runCheck('identity', async () => [compareAccount(account, await caller.account())])),
    ...listing,
    ...(await runCheck('right to see own connections', async () => {
      const own = await directConnect.ownConnections();
      return [ok('right to see own connections', `${own.size} connections and LAGs belong to the recipient`)];
    })),
    ...(await runCheck('gateways', async () => {
      const known = await gateways.list(usedGatewayKinds(policy));
      return [
        ...checkGateways(policy, known),
        ...(await checkServedKinds(policy, known, gateways)),
        ...(await checkRouting(policy, known, gateways)),
      ];
    })),
    ...(await runCheck('right to watch what owners advertise', () =>
      checkRouteWatch(policy, listed, { directConnect, gateways }),
    )),
    warn(
      'right to confirm',
      `not tried, because a try would accept a request; the keys need ${formatList(confirmActions(policy))}`,
    ),
    listing.some(({ result }) => result === 'fail')
      ? warn('clock', 'not checked: the API gave no answer to compare it with')
      : checkClock(connected.clockOffset()),
  ];
}

/** Checks the right to read the log of calls with one call. It is optional: without it, events do not name who did something manually. */
async function checkAuditLog({ recipient }: Policy, { auditLog }: Connected): Promise<DoctorFinding> {
  const check = 'right to read the log of calls';
  const { title, permission, actions } = PROVIDER_TRAITS[recipient.provider].auditLog;
  const now = new Date();
  try {
    await auditLog.read('delete', null, new Date(now.getTime() - 60_000), now);
    const has = actions.has('accept') ? 'acceptances and deletions' : 'deletions only';
    return ok(check, `${title} can be read; it has ${has}`);
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    return warn(
      check,
      `runs succeed without it, but events do not name who changed an interface manually: grant \`${permission}\`, or leave out --audit-log: ${error.message}`,
    );
  }
}

/** The actions that the keys need to accept what the policy allows. */
function confirmActions(policy: Policy): string[] {
  return usedKinds(policy).map((kind) => `\`directconnect:${KINDS[kind].confirmOperation}\``);
}

function compareAccount(recipient: string, account: string | null): DoctorFinding {
  if (account === null) {
    return warn(
      'identity',
      `OUTSCALE has no call that returns the account; the gateway checks below show whether these are the keys of \`${recipient}\``,
    );
  }
  if (account === recipient) return ok('identity', `the credentials belong to account \`${account}\``);
  return fail(
    'identity',
    `the credentials belong to account \`${account}\`, but the policy's recipient is \`${recipient}\`; use credentials of the recipient, or fix \`recipient.account\``,
  );
}

function describeListing(recipient: string, interfaces: readonly VirtualInterface[]): DoctorFinding[] {
  const confirming = interfaces.filter(isConfirming);
  const summary = ok(
    'right to list',
    `${interfaces.length} virtual interfaces, ${confirming.length} confirming`,
  );
  const named = [...new Set(confirming.map(({ ownerAccount }) => ownerAccount).filter((id) => id !== null))];
  if (named.length !== 1 || named[0] === recipient) return [summary];
  const message = `every request names account ${quote(named[0] ?? '')}; if that is your account, fix \`recipient.account\``;
  return [summary, warn('recipient', message)];
}

/** Tolerated clock offset in milliseconds: the SDK reports larger ones only, and APIs refuse signatures with larger ones. */
const CLOCK_TOLERANCE = 5 * 60 * 1000;

function checkClock(offsetMs: number): DoctorFinding {
  if (Math.abs(offsetMs) < CLOCK_TOLERANCE) return ok('clock', "within 5 minutes of the API's");
  const difference = `${Math.round(Math.abs(offsetMs) / 1000)} s ${offsetMs < 0 ? 'ahead of' : 'behind'} the API's`;
  return fail('clock', `${difference}; correct the clock of this machine, because expiry times depend on it`);
}
