import {
  type AgreedRoutes,
  describeRouteFinding,
  NOTHING_AGREED,
  type OtherNetwork,
  type RouteFinding,
} from './advertisedRoutes.ts';
import { findFittingGrants } from './grants.ts';
import { identifyByConnection } from './identifyRequester.ts';
import { canonicalJson, digestOf } from './json.ts';
import type { Acceptance, RouteWatch } from './ledgerEntries.ts';
import { hasEnded, type VirtualInterface } from './model.ts';
import type { Grant, Policy } from './policy.ts';
import { compareByCodePoint, quote } from './printableText.ts';

/** Why the prefixes of an interface, or the networks to compare them with, are not known. */
export type UnreadCode =
  /** the credentials may not list routes */
  | 'routes-forbidden'
  /** the API refuses to list the routes of this interface */
  | 'routes-refused'
  /** the call failed */
  | 'routes-failed'
  /** the credentials may not describe the VPCs of the gateway */
  | 'networks-forbidden'
  /** the VPCs of the gateway could not be described */
  | 'networks-failed'
  /** a gateway behind the Direct Connect gateway is not one of this account and region */
  | 'networks-elsewhere'
  /** there are too many prefixes to keep all of them for comparison with other owners */
  | 'too-many-to-compare';

/** The most prefixes of an interface that are kept. The default quota of AWS is 100 for each address family. */
export const MOST_PREFIXES_KEPT = 250;
/** The most findings of an interface that are kept. */
export const MOST_FINDINGS_KEPT = 50;

/** How long after a try the routes of an interface are read again, in milliseconds. */
const READ_EVERY_MS = 60 * 60 * 1000;

/**
 * The accepted interfaces whose routes are due, the longest unread first. Routes exist from when the interface is available on, and are read
 * again an hour later, or at once if the policy has changed what is agreed.
 * @param found the current state of each interface
 */
export function interfacesWithDueRoutes(
  policy: Policy,
  acceptances: Readonly<Record<string, Acceptance>>,
  found: ReadonlyMap<string, VirtualInterface | null>,
  at: Date,
): { readonly id: string; readonly acceptance: Acceptance; readonly agreed: AgreedRoutes | null }[] {
  const due = Object.entries(acceptances).flatMap(([id, acceptance]) => {
    const vif = found.get(id) ?? null;
    if (vif === null || hasEnded(vif) || acceptance.availableAt === null) return [];
    const agreed = agreedRoutesFor(policy, acceptance, vif, at);
    return isDue(acceptance.routes, agreed, at) ? [{ id, acceptance, agreed }] : [];
  });
  const lastTry = ({ acceptance }: (typeof due)[number]): string => acceptance.routes?.triedAt ?? '';
  return due.sort((a, b) => compareByCodePoint(lastTry(a), lastTry(b)) || compareByCodePoint(a.id, b.id));
}

function isDue(watch: RouteWatch | null, agreed: AgreedRoutes | null, at: Date): boolean {
  if (watch === null || watch.agreed !== agreedDigest(agreed)) return true;
  // The absolute difference: a try that is dated far in the future is not recent.
  return Math.abs(at.getTime() - Date.parse(watch.triedAt)) >= READ_EVERY_MS;
}

export function agreedDigest(agreed: AgreedRoutes | null): string {
  return digestOf(canonicalJson(agreed)).slice(0, 'sha256:'.length + 16);
}

const NOTHING_DIGEST = agreedDigest(NOTHING_AGREED);

/**
 * What is agreed for an accepted interface: by the grants under which it was accepted, or, if the policy no longer names them, by those
 * that match it now. As with limits, those of all of them apply. `null`: something was agreed when the routes were last read, and no grant
 * says any more what.
 */
function agreedRoutesFor(
  policy: Policy,
  acceptance: Acceptance,
  vif: VirtualInterface,
  at: Date,
): AgreedRoutes | null {
  const grants = grantsFor(policy, acceptance, vif, at);
  if (grants.length === 0) {
    const before = acceptance.routes?.agreed ?? NOTHING_DIGEST;
    // Fail closed: a grant that is removed or renamed does not end what was agreed.
    return before === NOTHING_DIGEST ? NOTHING_AGREED : null;
  }
  const most = grants.map(({ maxPrefixes }) => maxPrefixes).filter((count) => count !== null);
  return {
    routes: grants.map(({ routes }) => routes).filter((routes) => routes !== null),
    maxPrefixes: most.length === 0 ? null : Math.min(...most),
  };
}

function grantsFor(
  policy: Policy,
  { owner, grants: names }: Acceptance,
  vif: VirtualInterface,
  at: Date,
): readonly Grant[] {
  const recorded = policy.owners.find(({ name }) => name === owner)?.grants ?? [];
  const kept = recorded.filter(({ name }) => names.includes(name));
  if (kept.length > 0) return kept;
  const identity = identifyByConnection(policy, vif);
  if (identity.kind === 'unknown') return [];
  const now = findFittingGrants(identity.owner, vif, at);
  return now.found ? now.fitting : [];
}

/** The prefixes that other owners advertise on a gateway, as far as the ledger has them. */
export function prefixesOfOthers(
  acceptances: Readonly<Record<string, Acceptance>>,
  { owner, gateway }: Acceptance,
): OtherNetwork[] {
  return Object.entries(acceptances).flatMap(([id, other]) =>
    other.owner === owner || other.gateway !== gateway
      ? []
      : (other.routes?.prefixes ?? []).map((cidr) => ({ id, owner: other.owner, cidr })),
  );
}

/** An accepted interface whose owner advertises something unexpected, as the ledger has it. It is reported, and nothing is undone. */
export interface UnexpectedRoutes {
  readonly id: string;
  readonly owner: string;
  readonly gateway: string;
  readonly acceptedAt: string;
  /** the current connection; `null`: unknown */
  readonly connection: string | null;
  /** when a run last read the routes */
  readonly readAt: string;
  /** the number of prefixes that the owner advertised then */
  readonly prefixes: number;
  readonly findings: readonly ReportedRouteFinding[];
  /** the number of all findings, of which `findings` has the most urgent */
  readonly findingCount: number;
}

export interface ReportedRouteFinding extends RouteFinding {
  /** the rest of a sentence about the owner, safe to print */
  readonly message: string;
}

/**
 * The accepted interfaces with unexpected routes.
 * @param found the current state of each interface, and others are left out; `null`: not known, and all are listed
 */
export function listUnexpectedRoutes(
  acceptances: Readonly<Record<string, Acceptance>>,
  found: ReadonlyMap<string, VirtualInterface | null> | null,
): UnexpectedRoutes[] {
  return Object.entries(acceptances).flatMap(([id, acceptance]) => {
    const { owner, gateway, at: acceptedAt, connection, movedTo, routes } = acceptance;
    if (routes === null || routes.readAt === null || routes.findings.length === 0) return [];
    const vif = found?.get(id) ?? null;
    if (found !== null && (vif === null || hasEnded(vif))) return [];
    const findings = routes.findings.map((one) => ({ ...one, message: describeRouteFinding(one) }));
    const { readAt, count: prefixes, findingCount } = routes;
    const place = { gateway, acceptedAt, connection: movedTo ?? connection };
    return [{ id, owner, ...place, readAt, prefixes, findings, findingCount }];
  });
}

/** An accepted interface about whose routes something is not known. */
export interface UnreadRoutes extends Pick<RouteWatch, 'triedAt' | 'readAt' | 'unread'> {
  readonly id: string;
  readonly owner: string;
}

export function listUnreadRoutes(acceptances: Readonly<Record<string, Acceptance>>): UnreadRoutes[] {
  return Object.entries(acceptances).flatMap(([id, { owner, routes }]) => {
    if (routes === null || routes.unread.length === 0) return [];
    const { triedAt, readAt, unread } = routes;
    return [{ id, owner, triedAt, readAt, unread }];
  });
}

const UNREAD_WORDS: Readonly<Record<UnreadCode, string>> = {
  'routes-forbidden': 'the credentials may not call ListVirtualInterfaceRoutes',
  'routes-refused': 'the API refuses to list its routes',
  'routes-failed': 'its routes could not be listed',
  'networks-forbidden':
    'the credentials may not describe the VPCs of its gateway, so overlaps with them are not found',
  'networks-failed': 'the VPCs of its gateway could not be described, so overlaps with them are not found',
  'networks-elsewhere':
    'its gateway leads to a gateway that is not a virtual private gateway of this account and region, so overlaps there are not found',
  'too-many-to-compare': 'it has too many prefixes to compare all of them with other owners',
};

/** Why something is not known about the routes of an interface, as a list of sentences without a full stop; safe to print. */
export function describeUnreadRoutes({ unread }: Pick<UnreadRoutes, 'unread'>): string {
  return unread
    .map((code) => (Object.hasOwn(UNREAD_WORDS, code) ? UNREAD_WORDS[code as UnreadCode] : quote(code)))
    .join('; ');
}
