import type { EndedRequest } from '../../core/endedRequest.ts';
import {
  type Acceptance,
  type Assignment,
  type Evidence,
  type Intent,
  NOTHING_PUBLISHED,
  type Observation,
  type RouteWatch,
  requestDetailsOf,
  type StoredReason,
} from '../../core/ledgerEntries.ts';
import { EMPTY_LEDGER, type LedgerState } from '../../core/ledgerState.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Receipt } from '../../core/receipt.ts';
import type { ReportedRouteFinding } from '../../core/routeWatch.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import { aGateway, aVif, CONNECTION, RECIPIENT_ACCOUNT, VGW } from './builders.ts';

/** Builders of ledger entries for the request of `aVif` and the policy of `aPolicy`, and of a listing. */

function anAssignment(given: Partial<Assignment> = {}): Assignment {
  return {
    at: '2026-11-10T11:00:00.000Z',
    owner: 'acme',
    grants: ['default'],
    gateway: VGW.prod,
    ...given,
  };
}

export function anIntent(given: Partial<Intent> = {}): Intent {
  return { ...anAssignment(), listings: 0, evidence: theEvidence(), ...given };
}

export function anAcceptance(given: Partial<Acceptance> = {}): Acceptance {
  const quiet = { availableAt: null, routesSettled: false, publishedProblem: null, publishedCount: 0 };
  const home = { connection: CONNECTION.owner, movedTo: null };
  return { ...anAssignment(), ...home, ...quiet, routes: null, ...given };
}

export function theEvidence(given: Partial<Evidence> = {}): Evidence {
  return {
    target: 'acme',
    recipient: { provider: 'outscale', region: 'eu-west-2', account: RECIPIENT_ACCOUNT },
    policy: { digest: `sha256:${'0'.repeat(64)}`, revision: 'v1' },
    request: aVif(),
    firstSeen: '2026-11-10T10:00:05.000Z',
    deadline: { earliest: '2026-11-17T09:00:00.000Z', latest: '2026-11-17T10:00:05.000Z' },
    grant: 'default',
    tickets: {},
    gatewaySeen: { ...aGateway(), servedKinds: null },
    usage: { owner: [], grants: { default: [] } },
    acceptedBefore: 0,
    skipped: [],
    ...given,
  };
}

export function aReceipt(given: Partial<Receipt> = {}): Receipt {
  return {
    id: 'dxvif-aaaaaaaa',
    ...anAssignment(),
    ...theEvidence(),
    acceptedAt: '2026-11-10T11:00:01.000Z',
    answer: { by: 'confirm', state: 'pending', doubt: null },
    ...given,
  };
}

export function anEndedRequest(given: Partial<EndedRequest> = {}): EndedRequest {
  return {
    id: 'dxvif-eeeeeeee',
    connection: CONNECTION.owner,
    vlan: 101,
    name: 'acme-prod-1',
    firstSeen: '2026-11-10T10:00:05.000Z',
    endedAt: '2026-11-10T12:00:05.000Z',
    pendingSeconds: 7200,
    as: 'expired',
    request: requestDetailsOf(aVif()),
    lastFailure: null,
    held: [],
    failures: 0,
    ...given,
  };
}

export function anObservation(given: Partial<Observation> = {}): Observation {
  return {
    firstSeen: '2026-11-10T10:00:05.000Z',
    notListedAt: '2026-11-10T09:00:00.000Z',
    connection: CONNECTION.owner,
    vlan: 101,
    name: 'acme-prod-1',
    outbound: false,
    failures: 0,
    request: requestDetailsOf(aVif()),
    lastFailure: null,
    held: [],
    published: NOTHING_PUBLISHED,
    unlistedSince: null,
    ...given,
  };
}

/** Reasons for a hold, by code. */
export function storedReasons(...codes: string[]): StoredReason[] {
  return codes.map((code) => ({ code, message: `because of ${code}` }));
}

export function aLedger(given: Partial<LedgerState> = {}): LedgerState {
  return { ...EMPTY_LEDGER, lastListing: '2026-11-10T11:00:00.000Z', ...given };
}

/** A complete snapshot with these interfaces. Those in `confirming` are requests to the recipient. */
export function aSnapshot(
  interfaces: readonly VirtualInterface[],
  given: Partial<Snapshot> & { readonly absent?: readonly string[] } = {},
): Snapshot {
  const { absent = [], ...rest } = given;
  const gone = absent.map((id): [string, null] => [id, null]);
  return {
    listedAt: '2026-11-10T12:00:00.000Z',
    seenAt: '2026-11-10T12:00:05.000Z',
    found: new Map([...interfaces.map((vif): [string, VirtualInterface] => [vif.id, vif]), ...gone]),
    requests: interfaces.filter(({ state }) => state === 'confirming' || state === null),
    outbound: [],
    expired: interfaces.filter(({ state }) => state === 'expired'),
    ...rest,
  };
}

/** What is known about the routes of an interface whose owner advertises 10.20.0.0/16. */
export function aRouteWatch(given: Partial<RouteWatch> = {}): RouteWatch {
  return {
    triedAt: '2026-11-10T12:00:00.000Z',
    readAt: '2026-11-10T12:00:00.000Z',
    agreed: 'sha256:0123456789abcdef',
    unread: [],
    warnedAt: null,
    count: 1,
    prefixes: ['10.20.0.0/16'],
    findings: [],
    findingCount: 0,
    published: [],
    publishedCount: 0,
    ...given,
  };
}

/** The finding that an owner advertises a default route. */
export function aRouteFinding(prefix: string): ReportedRouteFinding {
  return { code: 'default-route', prefix, overlaps: null, counts: null, message: `advertises ${prefix}` };
}
