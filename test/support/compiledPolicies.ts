import type { Arbitrary } from 'fast-check';
import type { Match } from '../../core/fields/evaluateMatch.ts';
import { formatRange, type Range } from '../../core/fields/matchField.ts';
import type { Grant, Policy } from '../../core/policy.ts';
import { LANGUAGE_FIELDS } from '../../language/fields/matchFields.ts';
import { policies, sharedPolicies } from './arbitraries.ts';

/** Arbitrary policies in the form of the compiler: sorted ranges, no empty validity period. */
export const compiledPolicies: Arbitrary<Policy> = policies.map(asCompiled);
/** The same with shared connections, pins and both types. */
export const compiledSharedPolicies: Arbitrary<Policy> = sharedPolicies.map(asCompiled);

function asCompiled(policy: Policy): Policy {
  return {
    ...policy,
    owners: policy.owners.map((owner) => ({ ...owner, grants: owner.grants.map(opening) })),
    hold: policy.hold.map((line) => ({ ...line, match: normalised(line.match) })),
  };
}

function opening(grant: Grant): Grant {
  const { from, until, match } = grant;
  const opens = from === null || until === null || Date.parse(from) < Date.parse(until);
  return { ...grant, match: normalised(match), until: opens ? until : null };
}

function normalised(match: Match): Match {
  return { ...match, vlan: merged(match.vlan), asn: merged(match.asn) };
}

function merged(ranges: readonly Range[] | null): readonly Range[] | null {
  return ranges === null ? null : LANGUAGE_FIELDS.vlan.normalise(ranges.map((range) => hyphened(range)));
}

function hyphened(range: Range): string {
  const text = formatRange(range);
  return text.includes('-') ? text : `${text}-${text}`;
}
