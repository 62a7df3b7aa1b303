import { type Gateway, isForeignGateway } from '../core/model.ts';
import { type LoadedPolicy, type Policy, type PolicyRecipient, recipientKey } from '../core/policy.ts';
import { formatList, quote } from '../core/printableText.ts';
import { gatewayKind } from '../core/resourceIds.ts';
import type { RunProblem } from '../core/runReport.ts';
import { WrongAccountOrRegion } from './portErrors.ts';
import type { Clock, Ports } from './ports.ts';

/** Remembers for a process which credentials were found to be the recipient's, and when. */
export interface CallerChecks {
  /** Milliseconds of the monotonic clock at the last good check, by recipient and policy digest. */
  readonly checkedAt: Map<string, number>;
}

/** How long a good check holds, in milliseconds. */
const HOLDS = 60 * 60 * 1000;

/**
 * Makes sure, once a process and hourly, that the keys are the recipient's. Keys of another account or region list
 * nothing, and would look quiet for years.
 * @returns a warning for each gateway that the policy names and that does not exist, or is another account's
 * @throws WrongAccountOrRegion, ApiFailure
 */
export async function verifyCaller(
  { policy, digest }: LoadedPolicy,
  ports: Ports,
  vetting: CallerChecks,
): Promise<RunProblem[]> {
  const key = `${recipientKey(policy.recipient)} ${digest}`;
  if (isFresh(vetting.checkedAt.get(key), ports.clock)) return [];
  const warnings = judgeCredentials(
    policy,
    await ports.caller.account(),
    await ports.gateways.list(usedGatewayKinds(policy)),
  );
  vetting.checkedAt.set(key, ports.clock.monotonic());
  return warnings;
}

/** The kinds of gateway that the policy names: the others need not be asked for. */
export function usedGatewayKinds(policy: Policy): ReadonlySet<Gateway['kind']> {
  return new Set(usedGatewayIds(policy).map((id) => gatewayKind(id) ?? 'virtual'));
}

function judgeCredentials(
  policy: Policy,
  account: string | null,
  gateways: readonly Gateway[],
): RunProblem[] {
  const { recipient, target } = policy;
  if (account !== null && account !== recipient.account) {
    throw new WrongAccountOrRegion(
      `the credentials are of account \`${account}\`, and target \`${target}\` is \`${recipient.account}\`: use the recipient's`,
    );
  }
  const shown = new Map(gateways.map((gateway) => [gateway.id, gateway]));
  const ids = usedGatewayIds(policy);
  // Fail closed: where none of our gateways is, we are not where we think we are. Another account's gateway is shown on AWS only,
  // which has named our account before.
  if (!ids.some((id) => shown.has(id))) {
    throw new WrongAccountOrRegion(
      `none of the policy's gateways (${formatList(ids)}) exists here: check that the credentials are of account ` +
        `\`${recipient.account}\` and the region is \`${recipient.region}\``,
    );
  }
  return ids.flatMap((id) => {
    const why = unusable(shown.get(id), recipient);
    if (why === null) return [];
    const message = `gateway \`${id}\` of the policy ${why}: requests for it are held`;
    return [{ code: 'gateway-missing' as const, message }];
  });
}

function unusable(gateway: Gateway | undefined, recipient: PolicyRecipient): string | null {
  if (gateway === undefined) return 'does not exist';
  return isForeignGateway(gateway, recipient)
    ? `belongs to account ${quote(gateway.ownerAccount ?? '')}, not to \`${recipient.account}\``
    : null;
}

/** The gateways that the policy names, sorted. */
export function usedGatewayIds(policy: Policy): string[] {
  return [...new Set(policy.owners.flatMap(({ grants }) => grants.map(({ gateway }) => gateway)))].sort();
}

function isFresh(checkedAt: number | undefined, clock: Clock): boolean {
  return checkedAt !== undefined && clock.monotonic() - checkedAt < HOLDS;
}
