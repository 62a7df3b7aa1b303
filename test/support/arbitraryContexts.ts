import fc, { type Arbitrary } from 'fast-check';
import type { DecisionContext } from '../../core/decisionContext.ts';
import type { Assignment } from '../../core/ledgerEntries.ts';
import type { VirtualInterface } from '../../core/model.ts';
import {
  CONNECTIONS,
  GRANT_NAMES,
  interfaces,
  mostly,
  OUR_CONNECTION,
  OWNER_NAMES,
  REQUEST_ID,
  withComparedKeys,
} from './arbitraries.ts';
import { aVif, VGW } from './builders.ts';
import { anAcceptance, anIntent, theEvidence } from './ledgerBuilders.ts';

/** Assignments that the ledger may have for an interface, including owners and grants that the policy no longer has. */
export const assignments: Arbitrary<Assignment> = fc.record({
  at: fc.constant('2026-11-10T11:00:00.000Z'),
  owner: fc.constantFrom(...OWNER_NAMES, 'mid', 'renamed'),
  grants: fc.uniqueArray(fc.constantFrom(...GRANT_NAMES, 'renamed'), { minLength: 1, maxLength: 2 }),
  gateway: fc.constantFrom(VGW.prod, VGW.lab),
});

/** The connection of the offer. Records of earlier releases do not have it. */
const offeredBy = fc.constantFrom(null, null, ...CONNECTIONS);

interface Known {
  readonly vif: VirtualInterface;
  readonly assignment: Assignment;
  readonly offeredBy: string | null;
  /** the listing lacks it */
  readonly isUnlisted: boolean;
  readonly record: 'none' | 'intent' | 'acceptance' | 'damaged';
}

const knownOf = (vif: Arbitrary<VirtualInterface>): Arbitrary<Known> =>
  fc.record({
    vif,
    assignment: assignments,
    offeredBy,
    isUnlisted: mostly(false, true),
    record: fc.constantFrom(
      'none',
      'none',
      'none',
      'intent',
      'intent',
      'acceptance',
      'acceptance',
      'damaged',
    ),
  });

const contextsOf = (listed: Arbitrary<VirtualInterface>): Arbitrary<DecisionContext> =>
  fc
    .record({
      known: fc.uniqueArray(knownOf(listed), { maxLength: 4, selector: ({ vif }) => vif.id }),
      ownConnections: mostly<DecisionContext['ownConnections']>(
        { known: true, ids: new Set([OUR_CONNECTION]) },
        { known: false, why: 'asking failed' },
      ),
      acceptedThisRun: mostly(0, 1),
      isOwnDamaged: mostly(false, true),
    })
    .map(({ known: all, isOwnDamaged, ...rest }) => ({
      ...rest,
      interfaces: all.filter(({ isUnlisted }) => !isUnlisted).map(({ vif }) => vif),
      // Intents exist only for interfaces in `confirming`, and ended interfaces have no record.
      intents: recorded(
        all,
        'intent',
        (state) => state === 'confirming',
        ({ assignment, offeredBy: connection }) =>
          anIntent({ ...assignment, evidence: theEvidence({ request: aVif({ connection }) }) }),
      ),
      acceptances: recorded(
        all,
        'acceptance',
        (state) => state !== 'deleted' && state !== 'expired',
        ({ assignment, offeredBy: connection }) => anAcceptance({ ...assignment, connection }),
      ),
      damaged: {
        ...recorded(
          all,
          'damaged',
          () => true,
          () => 'it is odd',
        ),
        ...(isOwnDamaged ? { [REQUEST_ID]: 'it is odd' } : {}),
      },
    }));

/** Decision contexts as in a run whose ledger agrees with its listing. */
export const decisionContexts = contextsOf(interfaces);

/** The same for `sharedPolicies`. */
export const sharedContexts = contextsOf(withComparedKeys(interfaces));

function recorded<T>(
  all: readonly Known[],
  kind: Known['record'],
  may: (state: string | null) => boolean,
  make: (known: Known) => T,
): Record<string, T> {
  const those = all.filter(({ vif, record }) => record === kind && may(vif.state));
  return Object.fromEntries(those.map((one) => [one.vif.id, make(one)]));
}
