import {
  type Acceptance,
  type Award,
  EMPTY_LEDGER,
  type Intent,
  type LedgerState,
  type Sighting,
} from '../../lambda/core/ledger.ts';
import type { VirtualInterface } from '../../lambda/core/model.ts';
import type { Survey } from '../../lambda/core/reconcile.ts';
import { CONNECTION, VGW } from './builders.ts';

/** What a ledger remembers of the request and the policy of `aVif` and `aPolicy`, and what a listing adds to it. */

function anAward(given: Partial<Award> = {}): Award {
  return {
    at: '2026-11-10T11:00:00.000Z',
    owner: 'acme',
    grants: ['default'],
    gateway: VGW.prod,
    ...given,
  };
}

export function anIntent(given: Partial<Intent> = {}): Intent {
  return { ...anAward(), listings: 0, ...given };
}

export function anAcceptance(given: Partial<Acceptance> = {}): Acceptance {
  return anAward(given);
}

export function aSighting(given: Partial<Sighting> = {}): Sighting {
  return {
    firstSeen: '2026-11-10T10:00:05.000Z',
    notListedAt: '2026-11-10T09:00:00.000Z',
    connection: CONNECTION.owner,
    vlan: 101,
    name: 'acme-prod-1',
    failures: 0,
    held: [],
    ...given,
  };
}

export function aLedger(given: Partial<LedgerState> = {}): LedgerState {
  return { ...EMPTY_LEDGER, lastListing: '2026-11-10T11:00:00.000Z', ...given };
}

/** A complete look that found these interfaces; those `confirming` are requests to us. */
export function aSurvey(
  interfaces: readonly VirtualInterface[],
  given: Partial<Survey> & { readonly absent?: readonly string[] } = {},
): Survey {
  const { absent = [], ...rest } = given;
  const gone = absent.map((id): [string, null] => [id, null]);
  return {
    listedAt: '2026-11-10T12:00:00.000Z',
    seenAt: '2026-11-10T12:00:05.000Z',
    found: new Map([...interfaces.map((vif): [string, VirtualInterface] => [vif.id, vif]), ...gone]),
    requests: interfaces.filter(({ state }) => state === 'confirming' || state === null),
    ...rest,
  };
}
