import { decide } from '../../core/decide.ts';
import type { DecisionContext } from '../../core/decisionContext.ts';
import { createInterface, type VirtualInterface } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { loadPolicy, writePolicy } from '../../core/policyText.ts';
import { serveParent } from '../serveParent.ts';
import {
  type ConnectionOf,
  compileOrThrow,
  connectionsOf,
  ownerName,
  type Population,
  policyText,
  RECIPIENT_ACCOUNT,
} from '../world/population.ts';

/** Measures decisions per second with a policy of the given number of owners, loaded as in the function. */
const owners = Number(process.argv[2]);
/** The same for every number of owners, so that only the owners make a difference. */
const REQUESTS = 10_000;
const SURROUNDINGS = 50;
const DEADLINE = { earliest: null, latest: null };

/** A policy file may have 2 MB, which more owners exceed: the policy is then merged from several files. */
const AT_ONCE = 2500;
const TARGET = 'hub';

const population: Population = {
  regions: ['eu-west-2'],
  owners,
  connectionsPerOwner: 1,
  gateways: Math.min(owners, 20),
  available: 0,
  confirming: 0,
};
const connections = connectionsOf(population, 0);
const { policy } = loadPolicy(writePolicy(policyOf(connections)), TARGET);

function policyOf(all: readonly ConnectionOf[]): Policy {
  const parts: Policy[] = [];
  for (let from = 0; from < all.length; from += AT_ONCE) {
    const some = all.slice(from, from + AT_ONCE);
    parts.push(compileOrThrow(policyText(some, population.regions[0] ?? ''), TARGET).policy);
  }
  const [first] = parts;
  if (first === undefined) throw new Error('a policy needs an owner');
  return { ...first, owners: parts.flatMap((part) => part.owners) };
}

/** @param place among all requests, which are distributed over all owners */
function interfaceOn(place: number, of: number, state: string): VirtualInterface {
  const connection = connections[Math.floor((place * connections.length) / of)];
  if (connection === undefined) throw new Error('there is no such connection');
  const address = (host: number): string => `169.254.${(place * 4) >> 8}.${((place * 4) & 255) + host}/30`;
  return createInterface({
    id: `dxvif-${state}-${place}`,
    state,
    type: 'private',
    ownerAccount: RECIPIENT_ACCOUNT,
    connection: connection.id,
    name: `${ownerName(connection.owner)}-prod-${place}`,
    location: 'PAR1',
    vlan: 100 + (place % 900),
    mtu: 1500,
    gateway: state === 'available' ? connection.gateway : null,
    tags: {},
    peers: [
      {
        asn: connection.asn,
        amazonAddress: address(1),
        customerAddress: address(2),
        hasKey: true,
        agreedKey: null,
      },
    ],
  });
}

const requests = Array.from({ length: REQUESTS }, (_, i) => interfaceOn(i, REQUESTS, 'confirming'));
const world: DecisionContext = {
  interfaces: Array.from({ length: SURROUNDINGS }, (_, i) => interfaceOn(i, SURROUNDINGS, 'available')),
  intents: {},
  acceptances: {},
  damaged: {},
  ownConnections: { known: true, ids: new Set() },
  acceptedThisRun: 0,
};
const at = new Date();

/** @returns decisions a second */
function decideFor(milliseconds: number): number {
  let decided = 0;
  const begun = performance.now();
  for (;;) {
    const request = requests[decided % REQUESTS];
    const verdict = request && decide(policy, request, world, DEADLINE, at).verdict;
    if (verdict !== 'accept') throw new Error('the policy of the benchmark allows everything');
    decided += 1;
    // The clock is read only after every 50th decision.
    const elapsed = decided % 50 === 0 ? performance.now() - begun : 0;
    if (elapsed >= milliseconds) return (decided * 1000) / elapsed;
  }
}

serveParent(null, { decide: (milliseconds) => decideFor(Number(milliseconds)) });
