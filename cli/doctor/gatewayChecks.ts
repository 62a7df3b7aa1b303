import { type Gateway, isForeign } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { escapeText, list, quote } from '../../core/printableText.ts';
import { ApiFailure } from '../../run/portErrors.ts';
import type { Gateways } from '../../run/ports.ts';
import { gatewayIds } from '../../run/verifyCaller.ts';
import { bad, type Finding, ok, warn } from './doctorFinding.ts';

const CHECK = 'right to see routes';

/** What is asked, after an acceptance, of where each kind of gateway leads. Accepting needs neither. */
const OPERATIONS: Readonly<Record<Gateway['kind'], string>> = {
  virtual: 'DescribeRouteTables',
  directConnect: 'DescribeDirectConnectGatewayAssociations',
};

/** Whether the rights are there that only a warning depends on, tried on one gateway of each kind that the policy gives. */
export async function tryRouting(
  policy: Policy,
  known: readonly Gateway[],
  gateways: Gateways,
): Promise<Finding[]> {
  const ids = gatewayIds(policy);
  // Of a gateway without a VPC no route table is asked.
  const usable = known.filter(
    ({ id, kind, attachedVpcs }) => ids.includes(id) && (kind === 'directConnect' || attachedVpcs.length > 0),
  );
  const one = new Map(usable.map((gateway) => [gateway.kind, gateway]));
  return Promise.all([...one.values()].map((gateway) => tryOne(gateway, gateways)));
}

async function tryOne({ id, kind }: Gateway, gateways: Gateways): Promise<Finding> {
  try {
    await gateways.routing(id);
    return ok(CHECK, `${OPERATIONS[kind]} may be called`);
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    return warn(
      CHECK,
      `requests are accepted without it, but nobody is told when a gateway leads nowhere: ${error.message}`,
    );
  }
}

/** Whether what the policy gives is there to be given, each gateway by itself. */
export function judgeGateways(policy: Policy, gateways: readonly Gateway[]): Finding[] {
  const findings = gatewayIds(policy).map((id) =>
    judgeGateway(
      id,
      gateways.find((gateway) => gateway.id === id),
      policy,
    ),
  );
  if (hasOne(policy, gateways)) return findings;
  return [...findings, bad('gateways', noneOf(policy, 'the credentials'))];
}

/** Whether any gateway of the policy exists: the one way to tell whose keys these are where nobody can be asked. */
export function hasOne(policy: Policy, gateways: readonly Gateway[]): boolean {
  const ids = gatewayIds(policy);
  return gateways.some(({ id }) => ids.includes(id));
}

/** @param keys what called */
export function noneOf({ recipient: { account, region } }: Policy, keys: string): string {
  return `none of the policy's gateways is here, so every pass would fail: ${keys} must be of account \`${account}\`, and \`recipient.region\`, which is \`${region}\`, must be where the gateways are`;
}

function judgeGateway(id: string, gateway: Gateway | undefined, { recipient }: Policy): Finding {
  const check = `gateway ${id}`;
  // One missing gateway holds its requests and stops no pass; that none exists is judged with all of them.
  if (gateway === undefined)
    return bad(check, 'does not exist in this account and region: requests for it would be held');
  if (isForeign(gateway, recipient))
    return bad(
      check,
      `belongs to account ${quote(gateway.ownerAccount ?? '')}, not to \`${recipient.account}\`: requests for it would be held; name a gateway of your own`,
    );
  if (gateway.state !== 'available')
    return bad(
      check,
      `is ${gateway.state === null ? 'of no state' : quote(gateway.state)}, not \`available\``,
    );
  if (gateway.kind === 'directConnect') return ok(check, 'available');
  if (gateway.attachedVpcs.length === 0) return bad(check, 'is attached to no VPC; attach it first');
  return ok(check, `available, attached to ${list(gateway.attachedVpcs.map(escapeText))}`);
}
