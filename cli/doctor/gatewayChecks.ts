import { INTERFACE_KINDS, KINDS, type ServedKind } from '../../core/kinds.ts';
import { type Gateway, isForeignGateway } from '../../core/model.ts';
import { type Policy, usedKinds } from '../../core/policy.ts';
import { escapeText, formatList, quote } from '../../core/printableText.ts';
import { ApiFailure } from '../../run/portErrors.ts';
import type { Gateways } from '../../run/ports.ts';
import { usedGatewayIds } from '../../run/verifyCaller.ts';
import { type DoctorFinding, fail, ok, warn } from './doctorFinding.ts';

/** Checks each gateway of the policy: it must exist, belong to the recipient, be available and attached. */
export function checkGateways(policy: Policy, gateways: readonly Gateway[]): DoctorFinding[] {
  const findings = usedGatewayIds(policy).map((id) =>
    checkGateway(
      id,
      gateways.find((gateway) => gateway.id === id),
      policy,
    ),
  );
  if (hasAnyGateway(policy, gateways)) return findings;
  return [...findings, fail('gateways', describeNoGateways(policy, 'the credentials'))];
}

function checkGateway(id: string, gateway: Gateway | undefined, { recipient }: Policy): DoctorFinding {
  const check = `gateway ${id}`;
  // A missing gateway holds its requests but fails no run. The case that all are missing is a separate finding.
  if (gateway === undefined)
    return fail(
      check,
      'does not exist in this account and region: requests for it would be held; create it, or fix the policy',
    );
  if (isForeignGateway(gateway, recipient))
    return fail(
      check,
      `belongs to account ${quote(gateway.ownerAccount ?? '')}, not to \`${recipient.account}\`: requests for it would be held; name a gateway of the recipient`,
    );
  if (gateway.state !== 'available')
    return fail(
      check,
      `is ${gateway.state === null ? 'in an unknown state' : quote(gateway.state)}, not \`available\`; wait for it, or fix it`,
    );
  if (gateway.kind === 'directConnect') return ok(check, 'available');
  if (gateway.attachedVpcs.length === 0) return fail(check, 'is not attached to a VPC; attach it');
  return ok(check, `available, attached to ${formatList(gateway.attachedVpcs.map(escapeText))}`);
}

/** Whether any gateway of the policy exists. Where no API returns the account, this is the only way to identify the credentials. */
export function hasAnyGateway(policy: Policy, gateways: readonly Gateway[]): boolean {
  const ids = usedGatewayIds(policy);
  return gateways.some(({ id }) => ids.includes(id));
}

/** @param keys the credentials that listed the gateways, as a noun phrase */
export function describeNoGateways({ recipient: { account, region } }: Policy, keys: string): string {
  return `none of the policy's gateways exists here, so every run would fail: ${keys} must belong to account \`${account}\`, and \`recipient.region\` (\`${region}\`) must be the region of the gateways`;
}

/** Checks that each Direct Connect gateway of the policy serves the types of interface that the policy allows for it. */
export async function checkServedKinds(
  policy: Policy,
  known: readonly Gateway[],
  gateways: Gateways,
): Promise<DoctorFinding[]> {
  const hubs = usedGatewayIds(policy).filter((id) =>
    known.some(
      (one) => one.id === id && one.kind === 'directConnect' && !isForeignGateway(one, policy.recipient),
    ),
  );
  const findings = await Promise.all(
    hubs.map(async (id) => {
      const served = await readServedKinds(id, gateways);
      const wanted = usedKinds(policy, id);
      const other = INTERFACE_KINDS.find(
        (kind) => served.includes(kind) && wanted.some((one) => one !== kind),
      );
      if (other === undefined) return [];
      const held = wanted.filter((kind) => kind !== other);
      const message = `is associated with ${KINDS[other].associated.title}, so it does not serve ${formatList(held)} interfaces: such requests for it would be held; name another gateway in these grants`;
      return [fail(`gateway ${id}`, message)];
    }),
  );
  return findings.flat();
}

/** Empty if they cannot be read: `checkRouting` reports that. */
async function readServedKinds(id: string, gateways: Gateways): Promise<readonly ServedKind[]> {
  try {
    return await gateways.servedKinds(id);
  } catch (error) {
    if (error instanceof ApiFailure) return [];
    throw error;
  }
}

const CHECK = 'right to see routes';

/** What a run does not do if it may not see where each kind of gateway leads. */
const WITHOUT_RIGHT: Readonly<Record<Gateway['kind'], string>> = {
  virtual: 'a gateway without an onward route is not reported',
  directConnect:
    'a gateway without an onward route is not reported, and whether a gateway serves the type of a request is not checked before',
};

/** Operation by which a run checks, after an acceptance, where each kind of gateway leads. Accepting itself does not need it. */
const OPERATIONS: Readonly<Record<Gateway['kind'], string>> = {
  virtual: 'DescribeRouteTables',
  directConnect: 'DescribeDirectConnectGatewayAssociations',
};

/** Checks the rights that only a warning depends on, with one gateway of each kind in the policy. */
export async function checkRouting(
  policy: Policy,
  known: readonly Gateway[],
  gateways: Gateways,
): Promise<DoctorFinding[]> {
  const ids = usedGatewayIds(policy);
  // For a gateway without a VPC, a run reads no route table.
  const usable = known.filter(
    ({ id, kind, attachedVpcs }) => ids.includes(id) && (kind === 'directConnect' || attachedVpcs.length > 0),
  );
  const onePerKind = new Map(usable.map((gateway) => [gateway.kind, gateway]));
  return Promise.all([...onePerKind.values()].map((gateway) => tryRouting(gateway, gateways)));
}

async function tryRouting({ id, kind }: Gateway, gateways: Gateways): Promise<DoctorFinding> {
  try {
    await gateways.readRouting(id);
    return ok(CHECK, `${OPERATIONS[kind]} may be called`);
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    return warn(
      CHECK,
      `requests are accepted without this right, but ${WITHOUT_RIGHT[kind]}: ${error.message}`,
    );
  }
}
