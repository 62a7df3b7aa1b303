import type { Gateway } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { ApiFailure } from '../../run/portErrors.ts';
import type { Gateways } from '../../run/ports.ts';
import { gatewayIds } from '../../run/verifyCaller.ts';
import { type Finding, ok, warn } from './doctorFinding.ts';

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
