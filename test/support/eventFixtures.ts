import { applyLedgerChange } from '../../core/applyLedgerChanges.ts';
import type { AcceptorEvent, EventOrigin } from '../../core/events/event.ts';
import { NO_RUN_FACTS, type RunFacts } from '../../core/events/eventDefinition.ts';
import { findNewEvents } from '../../core/events/findNewEvents.ts';
import type { LedgerState } from '../../core/ledgerState.ts';
import { ManualOverrideCommand } from '../../core/manualOverrideCommand.ts';
import type { ReasonCode } from '../../core/reasons.ts';
import type { UnexpectedRoutes } from '../../core/routeWatch.ts';
import { pickDescribedFields, type ReportedDecision, type RequestReport } from '../../core/runReport.ts';
import { aVif, CONNECTION, RECIPIENT_ACCOUNT, VGW } from './builders.ts';
import { aRouteFinding } from './ledgerBuilders.ts';

/** Facts of runs, and the events that they lead to. */

export const ORIGIN: EventOrigin = {
  target: 'acme',
  provider: 'outscale',
  region: 'eu-west-2',
  account: RECIPIENT_ACCOUNT,
  policy: { digest: `sha256:${'0'.repeat(64)}`, revision: 'v1' },
};

export const PUBLISHED_AT = '2026-11-10T12:00:10.000Z';

export function aHold(...codes: ReasonCode[]): ReportedDecision {
  return { verdict: 'hold', reasons: codes.map((code) => ({ code, message: `because of ${code}` })) };
}

export const AN_ACCEPT: ReportedDecision = {
  verdict: 'accept',
  owner: 'acme',
  grant: 'default',
  gateway: VGW.prod,
};

/** The held request of `aVif` and `anObservation`, a week before its expiry. */
export function aRequest(given: Partial<RequestReport> = {}): RequestReport {
  return {
    id: 'dxvif-aaaaaaaa',
    connection: CONNECTION.owner,
    vlan: 101,
    name: 'acme-prod-1',
    ...pickDescribedFields(aVif()),
    firstSeen: '2026-11-10T10:00:05.000Z',
    deadline: { earliest: '2026-11-17T09:00:00.000Z', latest: '2026-11-17T10:00:05.000Z' },
    decision: aHold('no-grant'),
    outcome: 'held',
    message: null,
    skipped: [],
    manualOverrideCommand: new ManualOverrideCommand(['aws', 'directconnect', '…'], null),
    withoutFreeze: null,
    ...given,
  };
}

/** The events of consecutive runs with these facts. Each run has the state after the events of the previous ones. */
export function publishInTurn(
  initial: LedgerState,
  ...runs: readonly Partial<RunFacts>[]
): AcceptorEvent[][] {
  let state = initial;
  return runs.map((facts) => {
    const [startedAt, endpoints] = ['2026-11-10T12:00:00.000Z', { directConnect: null, gateways: null }];
    const always = { ...NO_RUN_FACTS, origin: ORIGIN, endpoints, startedAt, at: PUBLISHED_AT };
    const changes = findNewEvents({ ...always, ...facts, state });
    state = changes.reduce(applyLedgerChange, state);
    return changes.flatMap((change) => (change.kind === 'queued' ? [change.event] : []));
  });
}

/** The only event of a run with these facts. */
export function publish(state: LedgerState, facts: Partial<RunFacts>): AcceptorEvent {
  const [first, ...others] = publishInTurn(state, facts).flat();
  if (first === undefined || others.length > 0) throw new Error('expected exactly one event');
  return first;
}

/** The routes of an accepted interface of which one is a default route. */
export function anUnexpectedRoutes(given: Partial<UnexpectedRoutes> = {}): UnexpectedRoutes {
  const place = { owner: 'acme', gateway: VGW.prod, connection: null };
  const times = { acceptedAt: '2026-11-10T11:00:00.000Z', readAt: '2026-11-10T12:00:00.000Z' };
  const findings = [aRouteFinding('0.0.0.0/0')];
  return { id: 'dxvif-bbbbbbbb', ...place, ...times, prefixes: 1, findings, findingCount: 1, ...given };
}
