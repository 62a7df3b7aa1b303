import { type Gateway, isForeignGateway } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { escapeText, formatList, quote } from '../../core/printableText.ts';
import { ApiFailure } from '../../run/portErrors.ts';
import type { Gateways } from '../../run/ports.ts';
import { usedGatewayIds } from '../../run/verifyCaller.ts';
import { type DoctorFinding, fail, ok, warn } from './doctorFinding.ts';

const CHECK = 'right to see routes';

/** What is asked, after an acceptance, of where each kind of gateway leads. Accepting needs neither. */
const OPERATIONS: Readonly<Record<Gateway['kind'], string>> = {
  virtual: 'DescribeRouteTables',
  directConnect: 'DescribeDirectConnectGatewayAssociations',
};

/** Whether the rights are there that only a warning depends on, tried on one gateway of each kind that the policy gives. */
export async function checkRouting(
  policy: Policy,
  known: readonly Gateway[],
  gateways: Gateways,
): Promise<DoctorFinding[]> {
  const ids = usedGatewayIds(policy);
  // Of a gateway without a VPC no route table is asked.
  const usable = known.filter(
    ({ id, kind, attachedVpcs }) => ids.includes(id) && (kind === 'directConnect' || attachedVpcs.length > 0),
  );
  const one = new Map(usable.map((gateway) => [gateway.kind, gateway]));
  return Promise.all([...one.values()].map((gateway) => tryOne(gateway, gateways)));
}

async function tryOne({ id, kind }: Gateway, gateways: Gateways): Promise<DoctorFinding> {
  try {
    await gateways.readRouting(id);
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
export function checkGateways(policy: Policy, gateways: readonly Gateway[]): DoctorFinding[] {
  const findings = usedGatewayIds(policy).map((id) =>
    judgeGateway(
      id,
      gateways.find((gateway) => gateway.id === id),
      policy,
    ),
  );
  if (hasAnyGateway(policy, gateways)) return findings;
  return [...findings, fail('gateways', describeNoGateways(policy, 'the credentials'))];
}

/** Whether any gateway of the policy exists: the one way to tell whose keys these are where nobody can be asked. */
export function hasAnyGateway(policy: Policy, gateways: readonly Gateway[]): boolean {
  const ids = usedGatewayIds(policy);
  return gateways.some(({ id }) => ids.includes(id));
}

/** @param keys what called */
export function describeNoGateways({ recipient: { account, region } }: Policy, keys: string): string {
  return `none of the policy's gateways is here, so every pass would fail: ${keys} must be of account \`${account}\`, and \`recipient.region\`, which is \`${region}\`, must be where the gateways are`;
}

function judgeGateway(id: string, gateway: Gateway | undefined, { recipient }: Policy): DoctorFinding {
  const check = `gateway ${id}`;
  // One missing gateway holds its requests and stops no pass; that none exists is judged with all of them.
  if (gateway === undefined)
    return fail(check, 'does not exist in this account and region: requests for it would be held');
  if (isForeignGateway(gateway, recipient))
    return fail(
      check,
      `belongs to account ${quote(gateway.ownerAccount ?? '')}, not to \`${recipient.account}\`: requests for it would be held; name a gateway of your own`,
    );
  if (gateway.state !== 'available')
    return fail(
      check,
      `is ${gateway.state === null ? 'of no state' : quote(gateway.state)}, not \`available\``,
    );
  if (gateway.kind === 'directConnect') return ok(check, 'available');
  if (gateway.attachedVpcs.length === 0) return fail(check, 'is attached to no VPC; attach it first');
  return ok(check, `available, attached to ${formatList(gateway.attachedVpcs.map(escapeText))}`);
}
