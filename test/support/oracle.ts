import type { VirtualInterface } from '../../lambda/core/model.ts';
import type { Grant, Owner, Policy } from '../../lambda/core/policy.ts';
import { canBe, isHeldBy, isMet } from './oracleFields.ts';

/**
 * The rules of a decision said a second time, plainly and slowly, from the text of the design. It borrows the core's
 * types and nothing that runs, so that a slip in either shows as a difference.
 */
export interface Verdict {
  /** `null`: held */
  readonly gateway: string | null;
  readonly codes: ReadonlySet<string>;
  /** what it would be given; `null`: held */
  readonly award: Recorded | null;
}

/** What is true beside the request. */
export interface Surroundings {
  readonly interfaces: readonly VirtualInterface[];
  readonly intents: Readonly<Record<string, Recorded>>;
  readonly acceptances: Readonly<Record<string, Recorded>>;
  readonly damaged: Readonly<Record<string, unknown>>;
  readonly ownConnections:
    | { readonly known: true; readonly ids: ReadonlySet<string> }
    | { readonly known: false };
  readonly acceptedThisPass: number;
}

interface Recorded {
  readonly owner: string;
  readonly grants: readonly string[];
}

const NO_LONGER_LIVE = ['deleted', 'rejected', 'expired'];

export function judge(policy: Policy, request: VirtualInterface, world: Surroundings, at: Date): Verdict {
  const asker = whoAsks(policy, request, world);
  const codes = new Set(againstAnybody(policy, request, world));
  if (typeof asker === 'string') return held(codes.add(asker));

  const fitting = asker.grants.filter(({ match }) => isMet(match, request));
  const current = fitting.filter((grant) => timeOf(grant, at) === 'now');
  const [one] = current;
  if (one === undefined) {
    const why = fitting.length === 0 ? ['no-grant'] : fitting.map((grant) => timeOf(grant, at));
    return held(new Set([...codes, ...why]));
  }
  if (current.some(({ gateway }) => gateway !== one.gateway)) codes.add('ambiguous');
  if (isFull(asker.limit, slotsOfOwner(asker, request, world))) codes.add('owner-limit');
  if (current.some((grant) => isFull(grant.limit, slotsOfGrant(asker, grant, request, world))))
    codes.add('grant-limit');
  if (isFull(policy.limits.acceptsPerPass, world.acceptedThisPass)) codes.add('pass-limit');
  if (codes.size > 0) return held(codes);
  const award = { owner: asker.name, grants: current.map(({ name }) => name) };
  return { gateway: one.gateway, codes, award };
}

function held(codes: ReadonlySet<string>): Verdict {
  return { gateway: null, codes, award: null };
}

function againstAnybody(policy: Policy, request: VirtualInterface, { damaged }: Surroundings): string[] {
  const codes: string[] = [];
  if (request.type !== 'private') codes.push('not-private');
  const isOffer = request.state === 'confirming' && request.gateway === null;
  if (request.faults.length > 0 || !isOffer || request.id in damaged) codes.push('unreadable');
  if (policy.freeze) codes.push('frozen');
  if (policy.hold.some((line) => isHeldBy(line.match, request))) codes.push('held-by-policy');
  return codes;
}

/** From the beginning, it included, to the end, it excluded. */
function timeOf({ from, until }: Grant, at: Date): 'now' | 'grant-not-started' | 'grant-ended' {
  const now = at.toISOString();
  if (from !== null && now < from) return 'grant-not-started';
  return until === null || now < until ? 'now' : 'grant-ended';
}

function isFull(limit: number | null, taken: number): boolean {
  return limit !== null && taken + 1 > limit;
}

/** The owner, or the code under which nobody is one. */
function whoAsks(policy: Policy, request: VirtualInterface, world: Surroundings): Owner | string {
  const { provider, account: us } = policy.recipient;
  const lister = policy.owners.find(({ connections }) =>
    connections.some((one) => one === request.connection),
  );
  if (request.ownerAccount === null) return 'unknown-requester';
  if (request.ownerAccount === us) return lister ?? 'unknown-requester';
  if (!world.ownConnections.known) return 'unknown-requester';
  // We offered it ourselves: no request at all.
  if (request.connection !== null && world.ownConnections.ids.has(request.connection))
    return 'unknown-requester';
  if (provider === 'aws') return 'owner-mismatch';
  if (lister === undefined) return 'unknown-requester';
  return lister.account === request.ownerAccount ? lister : 'owner-mismatch';
}

function slotsOfOwner(owner: Owner, request: VirtualInterface, world: Surroundings): number {
  return takers(
    request,
    world,
    (vif) => mayStandOn(owner, vif),
    (record, kind) => kind === 'intent' && record.owner === owner.name,
  );
}

function slotsOfGrant(owner: Owner, grant: Grant, request: VirtualInterface, world: Surroundings): number {
  return takers(
    request,
    world,
    // What was given to what cannot be read, nobody knows: it may be this grant.
    (vif) => vif.id in world.damaged || (mayStandOn(owner, vif) && canBe(grant.match, vif)),
    (record) => record.owner === owner.name && record.grants.includes(grant.name),
  );
}

function mayStandOn({ connections }: Owner, { connection }: VirtualInterface): boolean {
  return connection === null || connections.includes(connection);
}

/** How many interfaces other than the request occupy a slot, by what they are or by what the ledger says of them. */
function takers(
  request: VirtualInterface,
  { interfaces, intents, acceptances, damaged }: Surroundings,
  mayBe: (vif: VirtualInterface) => boolean,
  given: (record: Recorded, kind: 'intent' | 'acceptance') => boolean,
): number {
  let taken = 0;
  for (const vif of interfaces) {
    const [intent, acceptance] = [intents[vif.id], acceptances[vif.id]];
    if (vif.id === request.id || (vif.state !== null && NO_LONGER_LIVE.includes(vif.state))) continue;
    // A mere request occupies nothing: it is confirming and without a gateway, both readable, and nobody began to confirm it.
    const isOnRecord = intent !== undefined || acceptance !== undefined || vif.id in damaged;
    if (isNoMoreThanOffered(vif) && !isOnRecord) continue;
    const recorded = (intent && given(intent, 'intent')) || (acceptance && given(acceptance, 'acceptance'));
    if (mayBe(vif) || recorded) taken += 1;
  }
  return taken;
}

function isNoMoreThanOffered({ state, gateway, unreadable }: VirtualInterface): boolean {
  return (
    state === 'confirming' &&
    gateway === null &&
    !unreadable.some((field) => field === 'gateway' || field === 'id')
  );
}
