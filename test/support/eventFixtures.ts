import { applyChange } from '../../core/applyLedgerChanges.ts';
import type { Announcement, Origin } from '../../core/events/event.ts';
import { type Facts, NO_FACTS } from '../../core/events/eventDefinition.ts';
import { newsOf } from '../../core/events/findNewEvents.ts';
import type { LedgerState } from '../../core/ledgerState.ts';
import type { ReasonCode } from '../../core/reasons.ts';
import { describedOf, type ReportedDecision, type RequestReport } from '../../core/runReport.ts';
import { aVif, CONNECTION, US, VGW } from './builders.ts';

/** What passes find out, and what they tell of it. */

export const ORIGIN: Origin = {
  target: 'acme',
  provider: 'outscale',
  region: 'eu-west-2',
  account: US,
  policy: { digest: `sha256:${'0'.repeat(64)}`, revision: 'v1' },
};

export const TOLD_AT = '2026-11-10T12:00:10.000Z';

export function aHold(...codes: ReasonCode[]): ReportedDecision {
  return { verdict: 'hold', reasons: codes.map((code) => ({ code, message: `because of ${code}` })) };
}

export const AN_ACCEPT: ReportedDecision = {
  verdict: 'accept',
  owner: 'acme',
  grant: 'default',
  gateway: VGW.prod,
};

/** The request of `aVif` and `aSighting`, held, a week before its end. */
export function aRequest(given: Partial<RequestReport> = {}): RequestReport {
  return {
    id: 'dxvif-aaaaaaaa',
    connection: CONNECTION.owner,
    vlan: 101,
    name: 'acme-prod-1',
    ...describedOf(aVif()),
    firstSeen: '2026-11-10T10:00:05.000Z',
    deadline: { earliest: '2026-11-17T09:00:00.000Z', latest: '2026-11-17T10:00:05.000Z' },
    decision: aHold('no-grant'),
    outcome: 'held',
    message: null,
    skipped: [],
    acceptByHand: 'aws directconnect …',
    ...given,
  };
}

/** What passes tell that find this out one after the other, each knowing what those before it told. */
export function tellInTurn(initial: LedgerState, ...passes: readonly Partial<Facts>[]): Announcement[][] {
  let state = initial;
  return passes.map((facts) => {
    const [startedAt, endpoints] = ['2026-11-10T12:00:00.000Z', { directConnect: null, gateways: null }];
    const always = { ...NO_FACTS, origin: ORIGIN, endpoints, startedAt, at: TOLD_AT };
    const changes = newsOf({ ...always, ...facts, state });
    state = changes.reduce(applyChange, state);
    return changes.flatMap((change) => (change.kind === 'queued' ? [change.announcement] : []));
  });
}

/** The one thing that is told. */
export function tell(state: LedgerState, facts: Partial<Facts>): Announcement {
  const [first, ...others] = tellInTurn(state, facts).flat();
  if (first === undefined || others.length > 0) throw new Error('not one announcement');
  return first;
}
