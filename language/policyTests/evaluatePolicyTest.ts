import { NO_DEADLINE } from '../../core/deadline.ts';
import type { Decision } from '../../core/decide.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { decideBesideOthers } from '../../core/preflightChecks.ts';
import { gatewayOf } from '../cases/gateways.ts';
import { parseInstant } from '../isoTime.ts';
import type { WrittenCase, WrittenInterface } from './policyTestSchema.ts';

/** What a pass would make of a case, and of which request. */
export interface Decided {
  readonly request: VirtualInterface;
  readonly decision: Decision;
}

/** Decides as a pass does: by the policy, then by what is in the way on the network, as far as the case tells. */
export function decided(policy: Policy, { at, request: written, live = [] }: WrittenCase): Decided {
  const request = interfaceOf(policy, written, { id: 'dxvif-request', state: 'confirming', gateway: null });
  const others = live.map(({ state = 'available', gateway, ...one }, i) =>
    interfaceOf(policy, one, {
      id: `dxvif-live${i + 1}`,
      state,
      gateway: gateway === undefined ? null : gatewayOf(policy, gateway),
    }),
  );
  const world = {
    interfaces: [request, ...others],
    intents: {},
    acceptances: {},
    damaged: {},
    // Of a case the connections are the requester's: it could not be told from ours otherwise.
    ownConnections: { known: true, ids: new Set<string>() },
    acceptedThisPass: 0,
  } as const;
  // The gateway itself is not there to be looked at.
  return { request, decision: decideBesideOthers(policy, request, world, NO_DEADLINE, instantOf(at)) };
}

/** Of what the schema accepted. */
function instantOf(written: string): Date {
  const instant = parseInstant(written);
  if (instant === null) throw new Error(`instant ${written} went unread past the schema`);
  return new Date(instant);
}

function interfaceOf(
  { recipient }: Policy,
  written: WrittenInterface,
  given: Pick<VirtualInterface, 'id' | 'state' | 'gateway'>,
): VirtualInterface {
  return {
    ...given,
    type: 'private',
    ownerAccount: written.ownerAccount ?? recipient.account,
    connection: written.connection,
    name: written.name ?? null,
    location: written.location ?? null,
    region: null,
    vlan: written.vlan ?? null,
    mtu: written.mtu ?? null,
    tags: written.tags ?? null,
    peers: (written.peers ?? []).map(({ asn, amazonAddress, customerAddress, key }) => ({
      asn: asn ?? null,
      amazonAddress: amazonAddress ?? null,
      customerAddress: customerAddress ?? null,
      hasKey: key ?? null,
    })),
    faults: [],
    unreadable: [],
  };
}
