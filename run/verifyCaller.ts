import { type Gateway, isForeignGateway } from '../core/model.ts';
import { type Policy, recipientKey } from '../core/policy.ts';
import type { LoadedPolicy } from '../core/policyText.ts';
import { formatList, quote } from '../core/printableText.ts';
import { gatewayKind } from '../core/resourceIds.ts';
import type { RunProblem, RunProblemCode } from '../core/runReport.ts';
import { WrongAccountOrRegion } from './portErrors.ts';
import type { Clock, Ports } from './ports.ts';

/** Kept per process: when credentials were last verified to belong to the recipient. */
export interface CallerChecks {
  /** the time of the last successful check, in milliseconds of the monotonic clock, by recipient and policy digest */
  readonly checkedAt: Map<string, number>;
}

/** How long a successful check is valid, in milliseconds. */
const VALID_MS = 60 * 60 * 1000;

/**
 * Verifies, once per process and then hourly, that the credentials belong to the recipient. Credentials of another account or
 * region would list nothing, so every run would seem to have nothing to do.
 * @returns a warning for each gateway of the policy that does not exist or belongs to another account
 * @throws WrongAccountOrRegion, ApiFailure
 */
export async function verifyCaller(
  { policy, digest }: LoadedPolicy,
  ports: Ports,
  checks: CallerChecks,
): Promise<RunProblem[]> {
  const key = `${recipientKey(policy.recipient)} ${digest}`;
  if (isFresh(checks.checkedAt.get(key), ports.clock)) return [];
  const warnings = checkCredentials(
    policy,
    await ports.caller.account(),
    await ports.gateways.list(usedGatewayKinds(policy)),
  );
  checks.checkedAt.set(key, ports.clock.monotonic());
  return warnings;
}

/** The kinds of gateway that the policy uses; the others need not be listed. */
export function usedGatewayKinds(policy: Policy): ReadonlySet<Gateway['kind']> {
  return new Set(usedGatewayIds(policy).map((id) => gatewayKind(id) ?? 'virtual'));
}

function checkCredentials(
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
  const listed = new Map(gateways.map((gateway) => [gateway.id, gateway]));
  const ids = usedGatewayIds(policy);
  // Fail closed: if none of our gateways exists, this is another account or region. A gateway of another account is
  // listed on AWS only, where the account was verified above.
  if (!ids.some((id) => listed.has(id))) {
    throw new WrongAccountOrRegion(
      `none of the policy's gateways (${formatList(ids)}) exists here: check that the credentials are of account ` +
        `\`${recipient.account}\` and the region is \`${recipient.region}\``,
    );
  }
  return ids.flatMap((id) => {
    const gateway = listed.get(id);
    const warn = (code: RunProblemCode, problem: string): RunProblem[] => [
      { code, message: `gateway \`${id}\` of the policy ${problem}: requests for it are held` },
    ];
    if (gateway === undefined) return warn('gateway-missing', 'does not exist');
    if (!isForeignGateway(gateway, recipient)) return [];
    const owner = quote(gateway.ownerAccount ?? '');
    return warn('gateway-other-account', `belongs to account ${owner}, not to \`${recipient.account}\``);
  });
}

/** The gateways that the policy uses, sorted. */
export function usedGatewayIds(policy: Policy): string[] {
  return [...new Set(policy.owners.flatMap(({ grants }) => grants.map(({ gateway }) => gateway)))].sort();
}

function isFresh(checkedAt: number | undefined, clock: Clock): boolean {
  return checkedAt !== undefined && clock.monotonic() - checkedAt < VALID_MS;
}
