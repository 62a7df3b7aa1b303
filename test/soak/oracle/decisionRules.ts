import type { VirtualInterface } from '../../../core/model.ts';
import type { HoldRule, Policy } from '../../../core/policy.ts';
import { decideByOracle, type OracleContext, type OracleDecision } from '../../oracle/decisionOracle.ts';
import { findCollisions, hasUsablePairs } from '../../oracle/networkOracle.ts';
import { aMatch, aVif } from '../../support/builders.ts';
import { digestOf } from '../plan/carrierPolicy.ts';
import { GATEWAY_ASN, OWN_CONNECTION, RECIPIENT_ACCOUNT, REGION, TARGET } from '../plan/constants.ts';
import type { LifePlan } from '../plan/lifePlan.ts';
import type { PlainMatch, PlainPolicy } from '../plan/plainPolicy.ts';
import type { ShownFields, Truth } from './groundTruth.ts';

/**
 * Applies the oracle for decisions to the plan's policy and the ground truth. No rule of the core runs here: builders only complete
 * values with fields that are not given.
 */

/** A truth as the API showed it at a certain time. */
export interface ShownTruth {
  readonly truth: Truth;
  readonly shown: ShownFields;
}

export interface RequestContext {
  readonly request: ShownTruth;
  /** interfaces that occupy resources, without the request */
  readonly live: readonly ShownTruth[];
  readonly acceptedThisRun: number;
  /** by the clock of the decider */
  readonly wallClock: number;
}

/** The gateway that a request may get, or why it may not be accepted. */
export function decideByRules(plan: LifePlan, policy: PlainPolicy, context: RequestContext): OracleDecision {
  const { request, live, acceptedThisRun, wallClock } = context;
  const named = agreedDigests(policy);
  const oracleContext: OracleContext = {
    interfaces: live.map((shown) => toVirtualInterface(shown, plan, named, 'available')),
    // An assignment counts for its owner, wherever the interface is now.
    intents: Object.fromEntries(
      live.flatMap(({ truth: { id, taken } }) =>
        taken?.assignment
          ? [
              [
                id,
                {
                  ...taken.assignment,
                  gateway: taken.gateway,
                  evidence: { request: { connection: taken.connection } },
                },
              ],
            ]
          : [],
      ),
    ),
    acceptances: {},
    damaged: {},
    ownConnections: { known: true, ids: new Set([OWN_CONNECTION]) },
    acceptedThisRun,
  };
  const asSeen = (shown: ShownTruth, state: string) => toVirtualInterface(shown, plan, named, state);
  const offered = asSeen(request, 'confirming');
  const decision = decideByOracle(asPolicy(policy, plan), offered, oracleContext, new Date(wallClock));
  if (decision.gateway === null) return decision;
  // What was not accepted, and may be live in an undocumented state, has no gateway.
  const accepted = live.filter(({ truth }) => truth.taken !== null);
  const neighbours = accepted.map((shown) => asSeen(shown, 'available'));
  const beside = { ...oracleContext, interfaces: neighbours };
  const codes = new Set(networkConflicts(plan, offered, beside, decision.gateway));
  return codes.size === 0 ? decision : { gateway: null, codes, assignment: null };
}

function toVirtualInterface(
  { truth, shown }: ShownTruth,
  { provider, names }: LifePlan,
  named: ReadonlySet<string>,
  state: string,
): VirtualInterface {
  const { id, account, type, vlan, taken, to } = truth;
  const { connection, name, mtu, sessions, isUnreadable } = shown;
  const isRequester = provider === 'outscale' && names === 'requester' && state === 'confirming';
  return aVif({
    id,
    connection,
    vlan,
    name,
    state,
    type,
    ownerAccount: isRequester ? account : to,
    location: 'PAR1',
    mtu: provider === 'aws' ? mtu : null,
    // A request had no gateway when it was seen, independent of later changes.
    gateway: state === 'confirming' ? null : (taken?.gateway ?? null),
    tags: provider === 'aws' ? {} : null,
    peers: sessions.map(({ asn, amazonAddress, customerAddress, key }) => ({
      asn,
      amazonAddress: given(amazonAddress),
      customerAddress: given(customerAddress),
      hasKey: key !== '',
      agreedKey: agreedKeyOf(key, named),
    })),
    readErrors: isUnreadable ? ['unreadable'] : [],
  });
}

/** The digests that the policy names, which are all that the program compares a key with. */
function agreedDigests({ owners }: PlainPolicy): ReadonlySet<string> {
  const keys = owners.flatMap(({ grants }) => grants.map(({ match }) => match.bgpKey));
  return new Set(keys.filter((key) => key !== null && key !== 'required'));
}

function agreedKeyOf(key: string, named: ReadonlySet<string>) {
  if (named.size === 0) return null;
  const digest = digestOf(key);
  return key !== '' && named.has(digest) ? digest : 'none';
}

function given(address: string): string | null {
  return address === '' ? null : address;
}

function asPolicy({ freeze, acceptsPerRun, owners, hold }: PlainPolicy, { provider }: LifePlan): Policy {
  return {
    target: TARGET,
    recipient: { provider, region: REGION, account: RECIPIENT_ACCOUNT, credentials: null, expiry: null },
    freeze,
    limits: { acceptsPerRun },
    owners: owners.map(({ name, account, connections, sharedConnections, limit, grants }) => ({
      name,
      account,
      connections,
      sharedConnections,
      contact: null,
      limit,
      grants: grants.map((grant) => ({
        ...grant,
        gatewayName: null,
        ticket: null,
        routes: null,
        maxPrefixes: null,
        match: asMatch(grant.match),
        from: grant.from === null ? null : new Date(grant.from).toISOString(),
        until: grant.until === null ? null : new Date(grant.until).toISOString(),
      })),
    })),
    hold: hold.map((match) => ({ match: asMatch(match), reason: null })),
  };
}

function asMatch(match: PlainMatch): HoldRule['match'] {
  return aMatch(match);
}

/** Codes of the conflicts of its sessions: with each other, with an accepted interface, or with the ASN of the gateway. */
function networkConflicts(
  plan: LifePlan,
  request: VirtualInterface,
  context: OracleContext,
  gateway: string,
): string[] {
  return [
    ...findCollisions(request, gateway, RECIPIENT_ACCOUNT, context),
    ...(hasUsablePairs(request) ? [] : ['peers-invalid']),
    ...(plan.provider === 'aws' && request.peers.some(({ asn }) => asn === GATEWAY_ASN)
      ? ['asn-conflict']
      : []),
  ];
}
