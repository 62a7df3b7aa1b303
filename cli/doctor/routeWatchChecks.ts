import { hasAcceptedState, type VirtualInterface } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { PROVIDER_TRAITS } from '../../core/providers.ts';
import { ApiFailure } from '../../run/portErrors.ts';
import type { DirectConnect, Gateways } from '../../run/ports.ts';
import { usedGatewayIds } from '../../run/verifyCaller.ts';
import { type DoctorFinding, ok, warn } from './doctorFinding.ts';

const CHECK = 'right to watch what owners advertise';

/**
 * Checks the rights by which a run watches what the owners of accepted interfaces advertise, with one interface and one gateway. Accepting does
 * not need them.
 */
export async function checkRouteWatch(
  policy: Policy,
  interfaces: readonly VirtualInterface[],
  { directConnect, gateways }: { readonly directConnect: DirectConnect; readonly gateways: Gateways },
): Promise<DoctorFinding[]> {
  if (!PROVIDER_TRAITS[policy.recipient.provider].listsRoutes) return [];
  const used = usedGatewayIds(policy);
  const accepted = interfaces.find(
    (vif) => hasAcceptedState(vif) && vif.gateway !== null && used.includes(vif.gateway),
  );
  // Without an accepted interface there is nothing to watch, and nothing to try the call with.
  if (accepted === undefined || accepted.gateway === null) return [];
  const { id, gateway } = accepted;
  return [
    await tryRead('ListVirtualInterfaceRoutes', 'what owners advertise is not watched', () =>
      directConnect.advertisedPrefixes(id),
    ),
    await tryRead('DescribeVpcs', 'overlaps with the VPCs of a gateway are not found', () =>
      gateways.readNetworks(gateway),
    ),
  ];
}

async function tryRead(
  operation: string,
  without: string,
  read: () => Promise<unknown>,
): Promise<DoctorFinding> {
  try {
    await read();
    return ok(CHECK, `${operation} may be called`);
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    return warn(CHECK, `requests are accepted without this right, but ${without}: ${error.message}`);
  }
}
