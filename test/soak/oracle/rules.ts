import type { VirtualInterface } from '../../../lambda/core/model.ts';
import type { HoldLine, Policy } from '../../../lambda/core/policy.ts';
import { judge, type Surroundings, type Verdict } from '../../support/oracle.ts';
import { network } from '../../support/oracleFields.ts';
import { GATEWAY_ASN, OURS, REGION, TARGET, US } from '../plan/cast.ts';
import type { Plan } from '../plan/plan.ts';
import type { PlainMatch, PlainPolicy } from '../plan/policy.ts';
import type { Truth } from './truth.ts';

/** The rules of the design, said from the plan's own policy and from what is true: nothing of the core runs here. */

export interface Standing {
  readonly request: Truth;
  /** that occupy something, the request not among them */
  readonly live: readonly Truth[];
  readonly acceptedThisPass: number;
  /** by the clock of whoever decides */
  readonly civil: number;
}

/** The gateway that a request may be put on, or why it may not. */
export function rule(plan: Plan, policy: PlainPolicy, standing: Standing): Verdict {
  const { request, live, acceptedThisPass, civil } = standing;
  const surroundings: Surroundings = {
    interfaces: live.map((truth) => seenAs(truth, plan, 'available')),
    intents: {},
    acceptances: Object.fromEntries(
      live.flatMap(({ id, taken }) => (taken?.award ? [[id, taken.award]] : [])),
    ),
    damaged: {},
    ownConnections: { known: true, ids: new Set([OURS]) },
    acceptedThisPass,
  };
  const verdict = judge(
    asPolicy(policy, plan),
    seenAs(request, plan, 'confirming'),
    surroundings,
    new Date(civil),
  );
  const codes = new Set([...verdict.codes, ...networkFaults(plan, request, live, verdict.gateway)]);
  return codes.size === 0 ? verdict : { gateway: null, codes, award: null };
}

function seenAs(truth: Truth, { provider, names }: Plan, state: string): VirtualInterface {
  const { id, connection, account, vlan, asn, name, amazonAddress, customerAddress, hasKey, taken, to } =
    truth;
  const isRequester = provider === 'outscale' && names === 'requester' && state === 'confirming';
  return {
    id,
    connection,
    vlan,
    name,
    state,
    type: 'private',
    ownerAccount: isRequester ? account : to,
    region: null,
    location: 'PAR1',
    mtu: provider === 'aws' ? 1500 : null,
    gateway: taken?.gateway ?? null,
    tags: provider === 'aws' ? {} : null,
    peers: [{ asn, amazonAddress, customerAddress, hasKey }],
    faults: [],
    unreadable: [],
  };
}

function asPolicy({ freeze, acceptsPerPass, owners, hold }: PlainPolicy, { provider }: Plan): Policy {
  return {
    format: 1,
    target: TARGET,
    recipient: { provider, region: REGION, account: US, credentials: null, expiry: null },
    freeze,
    limits: { acceptsPerPass },
    owners: owners.map(({ name, account, connections, limit, grants }) => ({
      name,
      account,
      connections,
      contact: null,
      limit,
      grants: grants.map((grant) => ({
        ...grant,
        gatewayName: null,
        ticket: null,
        match: asMatch(grant.match),
        from: grant.from === null ? null : new Date(grant.from).toISOString(),
        until: grant.until === null ? null : new Date(grant.until).toISOString(),
      })),
    })),
    hold: hold.map((match) => ({ match: asMatch(match), reason: null })),
  };
}

function asMatch({ bgpKey, ...lists }: PlainMatch): HoldLine['match'] {
  return { ...lists, bgpKey: bgpKey ? 'required' : null, mtu: null, tags: null, location: null };
}

/** One subnet, that nothing else on the gateway touches; and an ASN that is not the gateway's, where that is known. */
function networkFaults(
  { provider }: Plan,
  { amazonAddress, customerAddress, asn }: Truth,
  live: readonly Truth[],
  gateway: string | null,
): string[] {
  if (gateway === null) return [];
  const [ours, theirs] = [network(amazonAddress), network(customerAddress)];
  const faults: string[] = [];
  if (ours !== theirs || amazonAddress === customerAddress) faults.push('peers-invalid');
  const neighbours = live.filter(({ taken }) => taken?.gateway === gateway);
  const touched = neighbours
    .flatMap((other) => [network(other.amazonAddress), network(other.customerAddress)])
    .some((other) => [ours, theirs].some((own) => touches(own ?? '', other ?? '')));
  if (touched) faults.push('peers-overlap');
  if (provider === 'aws' && asn === GATEWAY_ASN) faults.push('asn-conflict');
  return faults;
}

function touches(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}
