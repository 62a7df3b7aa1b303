import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type ExplainedGrant, type Explanation, explain } from '../../cli/explain/explanation.ts';
import { MATCH_FIELD_NAMES, type Match } from '../../core/fields/evaluateMatch.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Grant, Owner, Policy } from '../../core/policy.ts';
import { decideByOracle, whoAsks } from '../oracle/decisionOracle.ts';
import { isHeldByRule, matchesForCertain, mayMatch } from '../oracle/matchOracle.ts';
import { aDecisionContext, aMatch, NOW, VGW } from '../support/builders.ts';
import { allRequests, carrierPolicies, withExchangedTypes } from '../support/carrierPolicies.ts';

/** A file shows one request and nothing else. */
const WORLD = aDecisionContext();

function explained(policy: Policy, request: VirtualInterface): Explanation {
  return explain(policy, { request, assumed: [], absent: new Set(), deadline: null }, NOW);
}

/** The verdict of every condition of a grant by plain evaluation, one by one. The type is left out where both are private. */
function conditionsOf({ type, match }: Pick<Grant, 'type' | 'match'>, request: VirtualInterface) {
  const ofType = request.type === null ? 'unknown' : request.type === type ? 'yes' : 'no';
  const isUsual = type === 'private' && ofType === 'yes';
  return [...(isUsual ? [] : [{ field: 'type', verdict: ofType }]), ...fieldsOf(match, request)];
}

function fieldsOf(match: Match, request: VirtualInterface) {
  return MATCH_FIELD_NAMES.filter((field) => match[field] !== null).map((field) => {
    const alone = aMatch({ [field]: match[field] });
    const verdict = matchesForCertain(alone, request) ? 'yes' : mayMatch(alone, request) ? 'unknown' : 'no';
    return { field, verdict };
  });
}

function isPinned({ match: { id, bgpKey } }: Grant): boolean {
  return id !== null || (bgpKey?.startsWith('sha256:') ?? false);
}

function isSharedBy({ sharedConnections }: Owner, { connection }: VirtualInterface): boolean {
  return sharedConnections.some((one) => one === connection);
}

/** What an explanation must say of a grant. @param deciding the names of the grants that accept the request */
function expectedGrant(
  owner: Owner,
  grant: Grant,
  request: VirtualInterface,
  deciding: readonly string[],
): object {
  const { name, type, gateway, limit, routes, maxPrefixes, from, until } = grant;
  const fields = conditionsOf(grant, request);
  const verdicts = fields.map(({ verdict }) => verdict);
  const now = NOW.toISOString();
  const outOfTime =
    from !== null && now < from ? 'grant-not-started' : until !== null && now >= until ? 'grant-ended' : null;
  return {
    ...{ name, type, gateway, limit, routes, maxPrefixes, from, until, fields, outOfTime },
    applies: isPinned(grant) || !isSharedBy(owner, request),
    fits: verdicts.includes('no') ? 'no' : verdicts.includes('unknown') ? 'unknown' : 'yes',
    decides: deciding.includes(name),
  };
}

/** The codes and values of an explained grant, without the texts. */
function valuesOf({ gatewayName: _, fields, outOfTime, ...grant }: ExplainedGrant): object {
  return { ...grant, fields: fields.map(verdictOf), outOfTime: outOfTime?.code ?? null };
}

function verdictOf({ field, verdict }: ExplainedGrant['fields'][number]) {
  return { field, verdict };
}

function expectAgreement(policy: Policy, request: VirtualInterface, explanation: Explanation): void {
  const said = decideByOracle(policy, request, WORLD, NOW);
  const asker = whoAsks(policy, request, WORLD);
  const deciding = said.assignment?.grants ?? [];
  const { requester, grants, pins, hold, freeze, report } = explanation;
  expect({ owner: requester.owner, freeze }).toEqual({
    owner: typeof asker === 'string' ? null : asker.name,
    freeze: policy.freeze,
  });
  expect(hold.map(({ fields, applies }) => ({ fields: fields.map(verdictOf), applies }))).toEqual(
    policy.hold.map(({ match }) => ({
      fields: fieldsOf(match, request),
      applies: isHeldByRule(match, request),
    })),
  );
  expect(grants.map(valuesOf)).toEqual(
    typeof asker === 'string'
      ? []
      : asker.grants.map((grant) => expectedGrant(asker, grant, request, deciding)),
  );
  const sharing = typeof asker === 'string' ? policy.owners.filter((one) => isSharedBy(one, request)) : [];
  expect(pins.map(valuesOf)).toEqual(
    sharing.flatMap((owner) =>
      owner.grants
        .filter(isPinned)
        .map((grant) => ({ owner: owner.name, ...expectedGrant(owner, grant, request, deciding) })),
    ),
  );
  expect(report.outcome).toBe(said.gateway === null ? 'held' : 'wouldAccept');
  expect(report.decision).toMatchObject(
    said.assignment === null
      ? { verdict: 'hold' }
      : {
          ...{ verdict: 'accept', owner: said.assignment.owner, gateway: said.gateway },
          grant: deciding.toSorted()[0],
        },
  );
  expect(codesOf(explanation)).toEqual(new Set([...said.codes, ...(policy.freeze ? ['frozen'] : [])]));
  expectNearest(explanation);
  expectWithoutFreeze(policy, request, explanation);
}

function codesOf({ report: { decision } }: Explanation): ReadonlySet<string> {
  return new Set(decision.verdict === 'hold' ? decision.reasons.map(({ code }) => code) : []);
}

/** The nearest grant is one with the fewest conditions that do not match, of those that could apply. */
function expectNearest({ request, grants, report: { decision } }: Explanation): void {
  const reasons = decision.verdict === 'hold' ? decision.reasons : [];
  const applying = grants.filter(({ applies }) => applies);
  const ofType = applying.filter(({ type }) => type === request.type);
  const candidates = ofType.length > 0 ? ofType : applying;
  for (const { nearest } of reasons.filter(({ code }) => code === 'no-grant')) {
    const failed = candidates.map(({ name, fields }) => ({
      name,
      fields: fields.filter(({ verdict }) => verdict !== 'yes').map(({ field }) => field),
    }));
    const fewest = Math.min(...failed.map(({ fields }) => fields.length));
    expect(nearest?.failed.map(({ field }) => field)).toEqual(
      failed.find(({ name }) => name === nearest?.grant)?.fields,
    );
    expect(nearest?.failed.length ?? Number.POSITIVE_INFINITY).toBe(fewest);
  }
}

function expectWithoutFreeze(policy: Policy, request: VirtualInterface, { report }: Explanation): void {
  const reasons = report.decision.verdict === 'hold' ? report.decision.reasons : [];
  const { gateway, assignment } = decideByOracle({ ...policy, freeze: false }, request, WORLD, NOW);
  const would =
    assignment === null
      ? undefined
      : { owner: assignment.owner, grant: assignment.grants.toSorted()[0], gateway };
  for (const { withoutFreeze } of reasons.filter(({ code }) => code === 'frozen'))
    expect(withoutFreeze).toEqual(would);
}

/** Each of these must occur: every code that one request by itself can have, and the cases that an explanation shows. */
const EVERY = [
  ...['wouldAccept', 'accepted private by connection', 'accepted private by pin'],
  ...['accepted transit by connection', 'accepted transit by pin', 'accepted by several grants'],
  ...['accepted by id', 'accepted by agreed key', 'accepted by the account of the owner'],
  ...['held', 'type-not-supported', 'frozen', 'held-by-policy', 'unknown-requester', 'owner-mismatch'],
  ...['no-grant', 'grant-not-started', 'grant-ended', 'ambiguous', 'owner-limit', 'grant-limit'],
  ...['grant fits: yes', 'grant fits: no', 'grant fits: unknown', 'grant without pin does not apply'],
  ...['pin fits: yes', 'pin fits: no', 'pin fits: unknown', 'pin with an ID fits in part'],
  ...['pin valid', 'pin grant-not-started', 'pin grant-ended'],
  ...['no pin matches', 'pins of several owners match', 'pins of several owners name the key'],
];

function casesOf(policy: Policy, { request, requester, grants, pins, report }: Explanation): string[] {
  const { account, provider } = policy.recipient;
  const owner = policy.owners.find(({ name }) => name === requester.owner);
  const isShared = owner !== undefined && isSharedBy(owner, request);
  const deciding = grants.filter(({ decides }) => decides);
  const demands = deciding.flatMap(({ fields }) => fields.map(({ field }) => field));
  const fitsInPart = ({ fits, fields }: ExplainedGrant): boolean =>
    fits !== 'yes' && fields.some(({ field, verdict }) => field === 'id' && verdict === 'yes');
  const matched = new Set(pins.filter(({ fits }) => fits === 'yes').map((pin) => pin.owner));
  const isUnknown = pins.length > 0 && (request.ownerAccount === account || provider !== 'aws');
  return Object.entries({
    [`accepted ${request.type} by ${isShared ? 'pin' : 'connection'}`]: deciding.length > 0,
    'accepted by id': isShared && demands.includes('id'),
    'accepted by agreed key': isShared && demands.includes('bgpKey'),
    'accepted by several grants': deciding.length > 1,
    'accepted by the account of the owner': deciding.length > 0 && request.ownerAccount !== account,
    'grant without pin does not apply': grants.some(({ applies }) => !applies),
    ...Object.fromEntries(grants.map(({ fits }) => [`grant fits: ${fits}`, true])),
    ...Object.fromEntries(pins.map(({ fits }) => [`pin fits: ${fits}`, true])),
    ...Object.fromEntries(pins.map((pin) => [`pin ${pin.outOfTime?.code ?? 'valid'}`, true])),
    'pin with an ID fits in part': pins.some(fitsInPart),
    'no pin matches': isUnknown && matched.size === 0,
    'pins of several owners match': isUnknown && matched.size > 1,
    'pins of several owners name the key': isUnknown && matched.size === 1,
    [report.outcome]: true,
  }).flatMap(([text, isSo]) => (isSo ? [text] : []));
}

it('an explanation agrees with the decision, and with a plain evaluation of each condition of each grant and rule', () => {
  const seen = new Map<string, number>(EVERY.map((one) => [one, 0]));
  fc.assert(
    fc.property(withExchangedTypes(carrierPolicies), fc.nat(40), fc.boolean(), (policy, offset, isPast) => {
      const all = allRequests(policy.recipient).filter((_, i) => i % 41 === offset);
      for (const request of all) {
        const given = isPast ? ({ ...request, state: 'available', gateway: VGW.lab } as const) : request;
        const explanation = explained(policy, given);
        expectAgreement(policy, request, explanation);
        if (isPast) expect(explanation.report.manualOverrideCommand).toBeNull();
        for (const one of [...codesOf(explanation), ...casesOf(policy, explanation)])
          seen.set(one, (seen.get(one) ?? 0) + 1);
      }
    }),
    { numRuns: 400 },
  );
  const all = [...seen];
  expect(all.filter(([, count]) => count < 5)).toEqual([]);
  expect(all.map(([one]) => one)).toEqual(EVERY);
});
