import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { decide, reasonCodesOf } from '../../core/decide.ts';
import { parseHostAddress } from '../../core/ip.ts';
import type { BgpPeer, VirtualInterface } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { hasUsablePairs } from '../oracle/networkOracle.ts';
import { policiesWithOddBlocks, requestsWithOddAddresses } from '../support/addressPairs.ts';
import { KEY_DIGESTS } from '../support/arbitraries.ts';
import { aDecisionContext, DX_GATEWAY, NOW, VGW } from '../support/builders.ts';
import { gatewayFor, policyAfter, suggestedFor } from '../support/suggestedEdits.ts';

function gatewayOf(policy: Policy, request: VirtualInterface): string | null {
  const decision = decide(policy, request, aDecisionContext(), NO_DEADLINE, NOW);
  return decision.verdict === 'accept' && hasUsablePairs(request) ? decision.gateway : null;
}

const ODD_NAME = 'acme\nprod';

function heldFor(policy: Policy, request: VirtualInterface): string {
  return reasonCodesOf(decide(policy, request, aDecisionContext(), NO_DEADLINE, NOW)).join();
}

/** Requests, some with a name that no policy can contain. */
const offered = fc
  .tuple(requestsWithOddAddresses, fc.constantFrom(false, false, false, true))
  .map(([vif, isOdd]): VirtualInterface => (isOdd ? { ...vif, name: ODD_NAME } : vif));

/** The same request without such a name, and the policy without grants that have ended. */
function asPlainly(policy: Policy, request: VirtualInterface): [Policy, 'lines', VirtualInterface] {
  const owners = policy.owners.map((owner) => ({
    ...owner,
    grants: owner.grants.filter(({ until }) => until === null || Date.parse(until) > NOW.getTime()),
  }));
  const isWhole = owners.every(({ grants }) => grants.length > 0);
  return [
    isWhole ? { ...policy, owners } : policy,
    'lines',
    { ...request, name: request.name === ODD_NAME ? null : request.name },
  ];
}

/** Policies; in about half of them the first grant of each owner has ended and names another gateway. */
const withEnded = fc.tuple(policiesWithOddBlocks, fc.boolean()).map(([policy, hasEnded]): Policy => {
  const ended = { from: null, until: NOW.toISOString(), gateway: VGW.lab };
  const owners = policy.owners.map((owner) => ({
    ...owner,
    grants: owner.grants.map((grant, i) =>
      i === 0 && owner.grants.length > 1 ? { ...grant, ...ended } : grant,
    ),
  }));
  return hasEnded ? { ...policy, owners } : policy;
});

/** How a policy and a request differ from the usual ones, which are for private interfaces and compare no keys. */
interface Variant {
  readonly isTransit: boolean;
  readonly hasAgreedKeys: boolean;
}

const variants = fc.record({ isTransit: fc.boolean(), hasAgreedKeys: fc.boolean() });

/** The policy for interfaces of the type of the variant, and with an agreed key where it demands any key. */
function policyIn(policy: Policy, { isTransit, hasAgreedKeys }: Variant): Policy {
  const isOfType = isTransit && policy.recipient.provider === 'aws';
  const type = 'transit' as const;
  const [digest] = KEY_DIGESTS;
  const owners = policy.owners.map((owner) => ({
    ...owner,
    grants: owner.grants.map((grant) => ({
      ...grant,
      ...(isOfType ? { type, gateway: DX_GATEWAY } : {}),
      match: hasAgreedKeys && grant.match.bgpKey !== null ? { ...grant.match, bgpKey: digest } : grant.match,
    })),
  }));
  return { ...policy, owners };
}

/** The request in the same variant: of two sessions with a key, one may have another. */
function requestIn(request: VirtualInterface, { recipient }: Policy, variant: Variant): VirtualInterface {
  const type = variant.isTransit && recipient.provider === 'aws' ? 'transit' : 'private';
  if (!variant.hasAgreedKeys) return { ...request, type };
  const [digest] = KEY_DIGESTS;
  const keyOf = ({ hasKey, asn }: BgpPeer): BgpPeer['agreedKey'] =>
    hasKey === true ? (asn === 65002 ? 'none' : digest) : hasKey === false ? 'none' : null;
  return { ...request, type, peers: request.peers.map((peer) => ({ ...peer, agreedKey: keyOf(peer) })) };
}

function suggestionFor(policy: Policy, style: 'lines' | 'braces', request: VirtualInterface) {
  const wish = { gateway: gatewayFor(request.type), isExclusive: false };
  const found = suggestedFor(policy, style, request, wish);
  if (found?.isOwnerNamed) throw new Error('no connection is shared');
  return found;
}

/**
 * Whether the other request equals the first one in every field that the first one has. Written without the language's own code.
 */
function isAlike(one: VirtualInterface, other: VirtualInterface): boolean {
  const same = (['type', 'connection', 'vlan', 'name', 'location'] as const).every(
    (field) => one[field] === null || one[field] === ODD_NAME || one[field] === other[field],
  );
  const [mine, theirs] = [sessionsOf(one), sessionsOf(other)];
  const known = (what: string): boolean =>
    mine.some((said) => said.startsWith(what)) && !mine.includes(`${what} unknown`);
  return (
    same &&
    ['asn', 'in'].every(
      (what) =>
        !known(what) || theirs.filter((said) => said.startsWith(what)).every((said) => mine.includes(said)),
    )
  );
}

/** The values of each session, one text each. */
function sessionsOf({ peers }: VirtualInterface): string[] {
  return peers.flatMap(({ asn, amazonAddress, customerAddress }) => [
    `asn ${asn ?? 'unknown'}`,
    ...[amazonAddress, customerAddress].map((text) => {
      const subnet = text?.includes('/') ? parseHostAddress(text)?.subnet : null;
      return subnet ? `in ${subnet.base}/${subnet.prefix}` : 'in unknown';
    }),
  ]);
}

function casesOf({ hasAgreedKeys }: Variant, { type }: VirtualInterface): string[] {
  return [type ?? 'unknown', ...(hasAgreedKeys ? ['agreed keys'] : [])];
}

function expectOnlyRequestAccepted(
  before: Policy,
  after: Policy,
  request: VirtualInterface,
  population: readonly VirtualInterface[],
): void {
  expect(gatewayOf(after, request)).toBe(gatewayFor(request.type));
  for (const other of population.filter((one) => !isAlike(request, one)))
    expect(gatewayOf(after, other)).toBe(gatewayOf(before, other));
}

/** These tests are limited by their number of runs, not by time. */
const UNTIMED = { timeout: 0 };

describe('a suggested edit', () => {
  it('accepts the request, and changes no decision except on requests that are equal to it', UNTIMED, () => {
    const seen = new Map<string, number>();
    const styles = fc.constantFrom('lines' as const, 'braces' as const);
    const populations = fc.array(fc.tuple(offered, variants), { minLength: 15, maxLength: 15 });
    const worlds = fc.tuple(policiesWithOddBlocks, variants);
    fc.assert(
      fc.property(worlds, styles, offered, populations, ([plain, variant], style, usual, others) => {
        const given = policyIn(plain, variant);
        const request = requestIn(usual, given, variant);
        const population = others.map(([one, other]) => requestIn(one, given, other));
        const found = suggestionFor(given, style, request);
        if (found === null) return;
        const { policy, suggestion } = found;
        for (const one of casesOf(variant, request).map((text) => `${text}: ${suggestion.kind}`))
          seen.set(one, (seen.get(one) ?? 0) + 1);
        // No edit accepts a request that is held for its addresses.
        if (suggestion.kind !== 'none') expect(hasUsablePairs(request)).toBe(true);
        if (suggestion.kind !== 'patch') return;
        expectOnlyRequestAccepted(policy, policyAfter(suggestion.text), request, population);
      }),
      { numRuns: 1000 },
    );
    expect(seen.size).toBe(9);
    expect([...seen].filter(([, count]) => count < 5)).toEqual([]);
  });

  it('exists whenever one exists without an invalid name and without grants that have ended', UNTIMED, () => {
    let compared = 0;
    fc.assert(
      fc.property(withEnded, offered, fc.boolean(), (plainly, usual, hasAgreedKeys) => {
        const variant = { isTransit: false, hasAgreedKeys };
        const given = policyIn(plainly, variant);
        const request = requestIn(usual, given, variant);
        const [policy, style, tame] = asPlainly(given, request);
        // Any name matches `*`, but an absent one does not: then the name matters.
        if (heldFor(given, request) !== heldFor(given, tame)) return;
        const plain = suggestionFor(policy, style, tame);
        const found = suggestionFor(given, 'lines', request);
        if (found === null || plain?.suggestion.kind !== 'patch') return;
        compared += 1;
        expect(found.suggestion.kind).not.toBe('none');
      }),
      { numRuns: 500 },
    );
    expect(compared).toBeGreaterThan(20);
  });
});
