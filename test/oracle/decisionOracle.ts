import type { VirtualInterface } from '../../core/model.ts';
import type { Grant, Owner, Policy } from '../../core/policy.ts';
import { isHeldByRule, matchesForCertain, mayMatch } from './matchOracle.ts';

/**
 * The oracle for decisions: the rules of the design, implemented a second time in the simplest way. It shares only types with
 * the core, so that an error in either of them appears as a difference.
 */
export interface OracleDecision {
  /** `null` when held */
  readonly gateway: string | null;
  readonly codes: ReadonlySet<string>;
  /** the assignment; `null` when held */
  readonly assignment: Pick<Recorded, 'owner' | 'grants'> | null;
}

/** Everything except policy and request that a decision depends on. */
export interface OracleContext {
  readonly interfaces: readonly VirtualInterface[];
  readonly intents: Readonly<Record<string, Recorded>>;
  readonly acceptances: Readonly<Record<string, Recorded>>;
  readonly damaged: Readonly<Record<string, unknown>>;
  readonly ownConnections:
    | { readonly known: true; readonly ids: ReadonlySet<string> }
    | { readonly known: false };
  readonly acceptedThisRun: number;
}

interface Recorded {
  readonly owner: string;
  readonly grants: readonly string[];
  readonly gateway: string;
  /** connection of the offer, in an acceptance; an intent has it in its evidence */
  readonly connection?: string | null;
  readonly evidence?: { readonly request: { readonly connection: string | null } };
}

const NO_LONGER_LIVE = ['deleted', 'rejected', 'expired'];

export function decideByOracle(
  policy: Policy,
  request: VirtualInterface,
  world: OracleContext,
  at: Date,
): OracleDecision {
  const asker = whoAsks(policy, request, world);
  const codes = new Set(againstAnybody(policy, request, world));
  if (typeof asker === 'string') return held(codes.add(asker));
  if (codes.has('type-not-supported')) return held(codes);

  const fitting = asker.grants.filter(
    (grant) =>
      grant.type === request.type &&
      matchesForCertain(grant.match, request) &&
      (isPinned(grant) || !asker.sharedConnections.some((one) => one === request.connection)),
  );
  const current = fitting.filter((grant) => timeOf(grant, at) === 'now');
  const [one] = current;
  if (one === undefined) {
    const why = fitting.length === 0 ? ['no-grant'] : fitting.map((grant) => timeOf(grant, at));
    return held(new Set([...codes, ...why]));
  }
  if (current.some(({ gateway }) => gateway !== one.gateway)) codes.add('ambiguous');
  if (isFull(asker.limit, slotsOf(asker, null, policy, request, world))) codes.add('owner-limit');
  if (current.some((grant) => isFull(grant.limit, slotsOf(asker, grant, policy, request, world))))
    codes.add('grant-limit');
  if (isFull(policy.limits.acceptsPerRun, world.acceptedThisRun)) codes.add('run-limit');
  if (codes.size > 0) return held(codes);
  const assignment = { owner: asker.name, grants: current.map(({ name }) => name) };
  return { gateway: one.gateway, codes, assignment };
}

function held(codes: ReadonlySet<string>): OracleDecision {
  return { gateway: null, codes, assignment: null };
}

function againstAnybody(policy: Policy, request: VirtualInterface, { damaged }: OracleContext): string[] {
  const codes: string[] = [];
  const types = policy.recipient.provider === 'aws' ? ['private', 'transit'] : ['private'];
  if (request.type === null || !types.includes(request.type)) codes.push('type-not-supported');
  if (request.region !== null && request.region !== policy.recipient.region) codes.push('other-region');
  const isOffer = request.state === 'confirming' && request.gateway === null;
  if (request.readErrors.length > 0 || !isOffer || request.id in damaged) codes.push('unreadable');
  if (policy.freeze) codes.push('frozen');
  if (policy.hold.some((line) => isHeldByRule(line.match, request))) codes.push('held-by-policy');
  return codes;
}

/** Whether the time is within the validity: start inclusive, end exclusive. */
function timeOf({ from, until }: Grant, at: Date): 'now' | 'grant-not-started' | 'grant-ended' {
  const now = at.toISOString();
  if (from !== null && now < from) return 'grant-not-started';
  return until === null || now < until ? 'now' : 'grant-ended';
}

function isFull(limit: number | null, taken: number): boolean {
  return limit !== null && taken + 1 > limit;
}

/** The owner, or the reason code if there is none. */
export function whoAsks(policy: Policy, request: VirtualInterface, world: OracleContext): Owner | string {
  const { provider, account: us } = policy.recipient;
  const lister = listerOf(policy, request);
  if (request.ownerAccount === null) return 'unknown-requester';
  if (request.ownerAccount === us) return lister ?? 'unknown-requester';
  if (!world.ownConnections.known) return 'unknown-requester';
  // Offered by the recipient itself, so it is not a request.
  if (request.connection !== null && world.ownConnections.ids.has(request.connection))
    return 'unknown-requester';
  if (provider === 'aws') return 'owner-mismatch';
  if (lister === undefined) return 'unknown-requester';
  return lister.account === request.ownerAccount ? lister : 'owner-mismatch';
}

/** The one owner that the connection or, on a shared connection, a proof points to. */
function listerOf({ owners }: Policy, request: VirtualInterface): Owner | undefined {
  const lists = (connections: readonly string[]) => connections.some((one) => one === request.connection);
  const alone = owners.filter(({ connections }) => lists(connections));
  const together = owners.filter(({ sharedConnections }) => lists(sharedConnections));
  if (together.length === 0) return alone.length === 1 ? alone[0] : undefined;
  if (alone.length > 0) return undefined;
  // A party that was given a key can use it. If two owners were given the same one, it proves nothing.
  const mayUse = ({ grants }: Owner, key: string) => grants.some(({ match }) => match.bgpKey === key);
  const used = keysOn(request);
  const isUsedHere = used !== null && together.some((owner) => mayUse(owner, used));
  if (isUsedHere && owners.filter((owner) => mayUse(owner, used)).length > 1) return undefined;
  const proven = together.filter(({ grants }) => grants.some((grant) => proves(grant, request)));
  return proven.length === 1 ? proven[0] : undefined;
}

/** The digest of the agreed key that all sessions have. */
function keysOn({ peers }: VirtualInterface): string | null {
  const used = new Set(peers.map(({ hasKey, agreedKey }) => (hasKey === false ? null : agreedKey)));
  const [one = null] = used;
  return used.size === 1 && one !== 'none' ? one : null;
}

function isPinned({ match: { id, bgpKey } }: Grant): boolean {
  return id !== null || (bgpKey ?? 'required') !== 'required';
}

function proves(grant: Grant, vif: VirtualInterface): boolean {
  return isPinned(grant) && grant.type === vif.type && matchesForCertain(grant.match, vif);
}

function mayProve(grant: Grant, vif: VirtualInterface): boolean {
  return isPinned(grant) && (vif.type ?? grant.type) === grant.type && mayMatch(grant.match, vif);
}

/** The number of other interfaces that count towards a limit, by their connection or their ledger entry. */
function slotsOf(
  owner: Owner,
  grant: Grant | null,
  policy: Policy,
  request: VirtualInterface,
  { interfaces, intents, acceptances, damaged }: OracleContext,
): number {
  const everything = new Set(
    [...interfaces.map(({ id }) => id), ...[intents, acceptances, damaged].flatMap(Object.keys)].filter(
      (id) => id.startsWith('dxvif-'),
    ),
  );
  everything.delete(request.id);
  return [...everything].filter((id) => {
    const vif = interfaces.find((one) => one.id === id);
    if (vif !== undefined && vif.state !== null && NO_LONGER_LIVE.includes(vif.state)) return false;
    // The assignment of a damaged item is unknown, so it counts.
    if (id in damaged) return true;
    const records = [intents[id], acceptances[id]].filter((record) => record !== undefined);
    if (records.some((record) => isTheirs(record, owner, grant, policy))) return true;
    // A pending request does not count: it is in `confirming` without a gateway, both readable, and has no ledger entry.
    if (vif === undefined) return false;
    if (isNoMoreThanOffered(vif) && records.length === 0) return false;
    return mayStandOn(owner, vif, records, policy) && (grant === null || mayStandUnder(grant, vif));
  }).length;
}

/** Whether a ledger entry assigns an interface to this owner and, if one is given, to this grant. */
function isTheirs(record: Recorded, owner: Owner, grant: Grant | null, { owners }: Policy): boolean {
  const heirs = heirsOf(record, owners);
  const by = offeredOn(record);
  const renamed = owners.filter(
    ({ grants, sharedConnections }) =>
      grants.some(({ gateway }) => gateway === record.gateway) || sharedConnections.some((one) => one === by),
  );
  if (!(heirs.length > 0 ? heirs : renamed).includes(owner)) return false;
  if (grant === null || record.grants.some((name) => name === grant.name)) return true;
  const asThen = owner.grants.filter(({ gateway }) => gateway === record.gateway).map(({ name }) => name);
  if (record.grants.every((name) => asThen.includes(name))) return false;
  return grant.gateway === record.gateway;
}

/** The owners to which an entry certainly belongs. A shared connection makes no owner an heir. */
function heirsOf(record: Recorded, owners: readonly Owner[]): Owner[] {
  const by = offeredOn(record);
  return owners.filter(
    ({ name, connections }) => name === record.owner || connections.some((one) => one === by),
  );
}

function offeredOn({ connection, evidence }: Recorded): string | null {
  return connection ?? evidence?.request.connection ?? null;
}

/** On a shared connection, what certainly belongs to no one may belong to any of its owners. */
function mayStandOn(
  owner: Owner,
  vif: VirtualInterface,
  records: readonly Recorded[],
  { owners }: Policy,
): boolean {
  const { connection } = vif;
  if (connection === null || owner.connections.includes(connection)) return true;
  if (!owner.sharedConnections.includes(connection)) return false;
  if (owner.grants.some((grant) => mayProve(grant, vif))) return true;
  const neighbours = owners.filter(({ sharedConnections }) => sharedConnections.includes(connection));
  const isProven = neighbours.some(({ grants }) => grants.some((grant) => proves(grant, vif)));
  // What was only offered, such as a withdrawn request of another customer, takes no one's slot.
  const { state, gateway, unreadable } = vif;
  const isAccepted = gateway !== null || ['pending', 'available', 'down'].includes(state ?? 'available');
  const isKnown = !unreadable.some((field) => field === 'gateway' || field === 'id');
  if (records.length === 0 && !isAccepted && isKnown) return false;
  return !isProven && records.every((record) => heirsOf(record, owners).length === 0);
}

/** An interface of any type may stand under a private grant, one that may be transit under a transit grant. */
export function mayStandUnder({ type, match }: Grant, vif: VirtualInterface): boolean {
  const isOther = type === 'transit' && (vif.type === 'private' || vif.type === 'public');
  return !isOther && mayMatch(match, vif);
}

function isNoMoreThanOffered({ state, gateway, unreadable }: VirtualInterface): boolean {
  return (
    state === 'confirming' &&
    gateway === null &&
    !unreadable.some((field) => field === 'gateway' || field === 'id')
  );
}
