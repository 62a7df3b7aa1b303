import {
  findingKey,
  findUnexpectedRoutes,
  mostUrgent,
  type OtherNetwork,
  prefixesToCompare,
  type RouteFinding,
} from '../core/advertisedRoutes.ts';
import type { Acceptance, RouteWatch } from '../core/ledgerEntries.ts';
import type { LedgerChange } from '../core/ledgerState.ts';
import { formatFirst } from '../core/printableText.ts';
import { PROVIDER_TRAITS } from '../core/providers.ts';
import {
  agreedDigest,
  interfacesWithDueRoutes,
  listUnexpectedRoutes,
  MOST_FINDINGS_KEPT,
  MOST_PREFIXES_KEPT,
  prefixesOfOthers,
  type UnreadCode,
} from '../core/routeWatch.ts';
import type { RunProblem } from '../core/runReport.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { LedgerUnitOfWork } from './ledgerUnitOfWork.ts';
import type { EventFactory } from './queueEvents.ts';
import {
  createNetworkReader,
  type NetworksRead,
  NO_NETWORKS,
  type RoutesRead,
  readRoutes,
  type UnreadPart,
} from './readAdvertisedRoutes.ts';
import type { Budget, RunFindings, RunInput } from './runContext.ts';

/** The most interfaces whose routes one run reads, so that those of many interfaces spread over the runs of an hour. */
const MOST_READ = 20;
/** The share of the remaining time that the reads may take. The rest is for descriptions and events. */
const READS_SHARE = 1 / 2;
/** How long something that cannot be read is not reported again, in milliseconds. */
const WARN_EVERY_MS = 24 * 60 * 60 * 1000;

/**
 * Watches what the owners of accepted interfaces advertise. Advisory only: it never holds a request or undoes an acceptance, so it runs after
 * the confirms, and what cannot be read is a warning once a day. A plan reads nothing, and has what the last run found.
 * @param seen the interfaces that this run listed or described, by ID
 * @param found updated with the results
 */
export async function watchAdvertisedRoutes(
  input: RunInput,
  ledger: LedgerUnitOfWork,
  budget: Budget,
  createEvents: EventFactory,
  seen: Snapshot['found'],
  found: RunFindings,
): Promise<void> {
  const { loaded, dryRun } = input;
  if (!PROVIDER_TRAITS[loaded.policy.recipient.provider].listsRoutes) return;
  if (!dryRun) await readDueRoutes(input, ledger, budget, seen, found);
  const unexpectedRoutes = listUnexpectedRoutes(ledger.state().acceptances, seen);
  found.unexpectedRoutes = unexpectedRoutes;
  ledger.add(createEvents({ unexpectedRoutes }));
}

type DueInterface = ReturnType<typeof interfacesWithDueRoutes>[number];

async function readDueRoutes(
  input: RunInput,
  ledger: LedgerUnitOfWork,
  budget: Budget,
  seen: Snapshot['found'],
  found: RunFindings,
): Promise<void> {
  const { loaded, ports, requestTimeoutMs } = input;
  const reserved = Math.max(budget() * (1 - READS_SHARE), 2 * requestTimeoutMs);
  const due = interfacesWithDueRoutes(loaded.policy, ledger.state().acceptances, seen, ports.clock.now());
  const readNetworks = createNetworkReader(input);
  const wasReported = reportedBefore(ledger.state().acceptances, ports.clock.now());
  const unreported: { id: string; parts: readonly UnreadPart[] }[] = [];
  const recordAll = (results: readonly ReadResult[]): void => {
    const { acceptances } = ledger.state();
    const changes = results.flatMap((result): LedgerChange[] => {
      const acceptance = acceptances[result.id];
      if (acceptance === undefined) return [];
      const parts = wasReported(result) ? [] : unreadParts(result);
      unreported.push({ id: result.id, parts });
      const routes = routesAfter(result, acceptance, acceptances, parts.length > 0, ports.clock.now());
      return [{ kind: 'routesRead', id: result.id, routes }];
    });
    // All at once: each addition copies the state.
    ledger.add(changes);
  };
  const first = due.slice(0, MOST_READ);
  for (const [index, one] of first.entries()) {
    // The next run reads the others first: they have waited longest.
    if (budget() < reserved) break;
    const read = await readRoutes(one.id, input);
    if (read.stop === 'all') {
      // No other interface would be answered either. Those that this run would have read are tried again in an hour.
      recordAll(first.slice(index).map((other) => ({ ...other, ...read, networks: NO_NETWORKS })));
      break;
    }
    const networks = read.prefixes === null ? NO_NETWORKS : await readNetworks(one.acceptance.gateway);
    recordAll([{ ...one, ...read, networks }]);
    if (read.stop === 'run') break;
  }
  found.warnings.push(...describeUnread(unreported));
}

interface ReadResult extends DueInterface, RoutesRead {
  readonly networks: NetworksRead;
}

function unreadParts({ unread, networks }: ReadResult): readonly UnreadPart[] {
  return [...unread, ...networks.unread];
}

/** One warning for each cause, with the interfaces that it concerns. */
function describeUnread(
  unreported: readonly { readonly id: string; readonly parts: readonly UnreadPart[] }[],
): RunProblem[] {
  const all = unreported.flatMap(({ id, parts }) => parts.map(({ message }) => ({ id, message })));
  return [...Map.groupBy(all, ({ message }) => message)].map(([message, concerned]) => {
    const ids = formatFirst(
      concerned.map(({ id }) => id),
      5,
    );
    return {
      code: 'advertised-routes-unknown',
      message: `what the owner of ${ids} advertises is not fully known: ${message}`,
    };
  });
}

/** What the ledger has of the routes of an interface after they were read or tried. */
function routesAfter(
  result: ReadResult,
  acceptance: Acceptance,
  acceptances: Readonly<Record<string, Acceptance>>,
  isReported: boolean,
  at: Date,
): RouteWatch {
  const { prefixes, agreed } = result;
  const before = acceptance.routes ?? NOT_READ;
  const triedAt = at.toISOString();
  const codes = unreadParts(result).map(({ code }) => code);
  const warnedAt = codes.length === 0 ? null : isReported ? triedAt : before.warnedAt;
  const tried = { triedAt, agreed: agreedDigest(agreed), warnedAt };
  if (prefixes === null) return { ...before, ...tried, unread: codes };
  const toCompare = prefixesToCompare(prefixes);
  const tooMany: UnreadCode[] = toCompare.length > MOST_PREFIXES_KEPT ? ['too-many-to-compare'] : [];
  return {
    ...before,
    ...tried,
    ...evaluate(before, prefixes, result, prefixesOfOthers(acceptances, acceptance)),
    readAt: triedAt,
    unread: [...codes, ...tooMany],
    prefixes: toCompare.slice(0, MOST_PREFIXES_KEPT),
  };
}

const NOT_READ: RouteWatch = {
  triedAt: new Date(0).toISOString(),
  readAt: null,
  agreed: '',
  unread: [],
  warnedAt: null,
  count: 0,
  prefixes: [],
  findings: [],
  findingCount: 0,
  published: [],
  publishedCount: 0,
};

function evaluate(
  before: RouteWatch,
  prefixes: readonly string[],
  { agreed, networks }: ReadResult,
  ofOthers: readonly OtherNetwork[],
): Pick<RouteWatch, 'count' | 'findings' | 'findingCount' | 'published'> {
  const current = findUnexpectedRoutes(
    prefixes,
    agreed,
    [...networks.networks, ...ofOthers],
    MOST_FINDINGS_KEPT,
  );
  // Fail closed: an overlap with a VPC lasts until the networks of the VPCs can be read again.
  const kept = networks.isKnown ? [] : before.findings.filter((one) => isOverlapStill(one, prefixes));
  const findings = mostUrgent([...kept, ...current.findings], MOST_FINDINGS_KEPT);
  const keys = new Set(findings.map(findingKey));
  return {
    count: prefixes.length,
    findings,
    findingCount: kept.length + current.findingCount,
    // What is over is published again when it comes back.
    published: before.published.filter((key) => keys.has(key)),
  };
}

function isOverlapStill({ code, prefix }: RouteFinding, prefixes: readonly string[]): boolean {
  return code === 'overlaps-vpc' && prefix !== null && prefixes.includes(prefix);
}

/**
 * Finds out whether an earlier run reported what is unread: of the same interface, or, because a missing permission concerns all interfaces, of
 * any. What may change is reported once a day, and gateways elsewhere once.
 * @param acceptances as they were before this run read any routes
 */
function reportedBefore(
  acceptances: Readonly<Record<string, Acceptance>>,
  at: Date,
): (result: ReadResult) => boolean {
  const isRecent = ({ warnedAt }: RouteWatch): boolean =>
    warnedAt !== null && Math.abs(at.getTime() - Date.parse(warnedAt)) < WARN_EVERY_MS;
  const watches = Object.values(acceptances).flatMap(({ routes }) => routes ?? []);
  const recentCodes = new Set(watches.filter(isRecent).flatMap(({ unread }) => unread));
  return (result) => {
    const own = acceptances[result.id]?.routes ?? null;
    return unreadParts(result).every(({ code }) => {
      if (code.endsWith('-forbidden')) return recentCodes.has(code);
      return own?.unread.includes(code) === true && (code === 'networks-elsewhere' || isRecent(own));
    });
  };
}
