import { expect, it } from 'vitest';
import { reasonCodesOf } from '../../core/decide.ts';
import type { VirtualInterface } from '../../core/model.ts';
import { evaluateRequests } from '../../core/requestEvaluation.ts';
import {
  aDecisionContext,
  aGrant,
  aLiveVif,
  anOwner,
  aPeer,
  aPolicy,
  aVif,
  CONNECTION,
  VGW,
} from '../support/builders.ts';
import { anAcceptance } from '../support/ledgerBuilders.ts';

const NOW = new Date('2026-11-10T12:00:00.000Z');

/** The same interface, with a counter of reads of its fields. */
function counting(
  vif: VirtualInterface,
  field: 'connection' | 'gateway',
  count: () => void,
): VirtualInterface {
  const value = vif[field];
  const get = () => {
    count();
    return value;
  };
  return Object.defineProperty({ ...vif }, field, { enumerable: true, get });
}

const LIVE = Array.from({ length: 100 }, (_, place) =>
  aLiveVif({
    id: `dxvif-f${String(place).padStart(7, '0')}`,
    vlan: place + 1,
    peers: [aPeer({ amazonAddress: `10.0.${place}.1/30`, customerAddress: `10.0.${place}.2/30` })],
  }),
);

/** Requests whose subnets are larger than those of a link. */
const asking = (subnet: string) =>
  Array.from({ length: 1000 }, (_, place) =>
    aVif({
      id: `dxvif-${String(place).padStart(8, '0')}`,
      vlan: 1000 + place,
      peers: [aPeer({ amazonAddress: `${subnet}.1/8`, customerAddress: `${subnet}.2/8` })],
    }),
  );

const LIMITED = aPolicy({ owners: [anOwner({ limit: 1000, grants: [aGrant({ limit: 1000 })] })] });

it('deciding thousands of requests of one owner reads each a few times, not once for each of the others', () => {
  let reads = 0;
  const requests = Array.from({ length: 2000 }, (_, place) => {
    const request = aVif({ id: `dxvif-${String(place).padStart(8, '0')}` });
    return Object.defineProperty({ ...request }, 'state', {
      enumerable: true,
      get: () => {
        reads += 1;
        return request.state;
      },
    });
  });
  const policy = aPolicy({ owners: [anOwner({ limit: 1 })] });
  const context = aDecisionContext({ interfaces: [...requests, aLiveVif({ id: 'dxvif-zzzzzzzz' })] });
  const evaluations = evaluateRequests(policy, requests, {}, context, new Date('2026-11-10T12:00:00.000Z'));
  const codes = [...evaluations.values()].map(({ decision }) => reasonCodesOf(decision).join());
  expect(new Set(codes)).toEqual(new Set(['owner-limit']));
  expect(reads).toBeLessThan(20 * requests.length);
});

it('deciding thousands of requests reads the interfaces that take slots a few times, not once for each request', () => {
  let reads = 0;
  const live = LIVE.map((vif) => counting(vif, 'connection', () => (reads += 1)));
  const acceptances = Object.fromEntries(live.map(({ id }) => [id, anAcceptance({ gateway: VGW.prod })]));
  const requests = asking('11.0.0');
  const context = aDecisionContext({ interfaces: [...requests, ...live], acceptances });
  evaluateRequests(LIMITED, requests, {}, context, NOW);
  expect(reads).toBeLessThan(20 * live.length);
});

it('a large subnet is compared only with the neighbours that it may overlap', () => {
  let reads = 0;
  const live = LIVE.map((vif) => counting(vif, 'gateway', () => (reads += 1)));
  const requests = asking('11.0.0');
  const evaluations = evaluateRequests(
    aPolicy(),
    requests,
    {},
    aDecisionContext({ interfaces: [...requests, ...live] }),
    NOW,
  );
  expect([...evaluations.values()].map(({ decision }) => decision.verdict)).not.toContain('hold');
  expect(reads).toBeLessThan(20 * live.length);
});

it('a large subnet that overlaps many neighbours is held with few reasons', () => {
  const requests = asking('10.0.0');
  const evaluations = evaluateRequests(
    aPolicy(),
    requests,
    {},
    aDecisionContext({ interfaces: [...requests, ...LIVE] }),
    NOW,
  );
  const reasons = [...evaluations.values()].map(({ decision }) =>
    decision.verdict === 'hold' ? decision.reasons.length : 0,
  );
  expect(Math.min(...reasons)).toBeGreaterThan(0);
  expect(Math.max(...reasons)).toBeLessThan(30);
});

it.each([
  ['another key', [aPeer({ agreedKey: 'none' })]],
  ['no key', [aPeer({ hasKey: false, agreedKey: 'none' })]],
  ['a key that the API does not return', [aPeer({ hasKey: null, agreedKey: null })]],
  ['no session', []],
])(
  'deciding thousands of requests of unknown requesters reads the pins of a shared connection a few times, not once for each request: %s',
  (_, peers) => {
    let reads = 0;
    const owners = Array.from({ length: 300 }, (_, place) => {
      const bgpKey = `sha256:${String(place).padStart(64, '0')}` as const;
      const grant = aGrant({ match: place % 2 === 0 ? { id: [`dxvif-owner${place}`] } : { bgpKey } });
      const { match } = grant;
      const counted = Object.defineProperty({ ...grant }, 'match', {
        enumerable: true,
        get: () => {
          reads += 1;
          return match;
        },
      });
      return anOwner({
        name: `owner-${place}`,
        connections: [],
        sharedConnections: [CONNECTION.other],
        grants: [counted],
      });
    });
    const requests = Array.from({ length: 300 }, (_, place) =>
      aVif({
        id: `dxvif-other${place}`,
        connection: CONNECTION.other,
        peers,
      }),
    );
    const evaluations = evaluateRequests(
      aPolicy({ owners }),
      requests,
      {},
      aDecisionContext({ interfaces: requests }),
      NOW,
    );
    const codes = [...evaluations.values()].map(({ decision }) => reasonCodesOf(decision).join());
    expect(new Set(codes)).toEqual(new Set(['unknown-requester']));
    expect(reads).toBeLessThan(20 * owners.length);
  },
);
