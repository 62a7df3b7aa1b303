import type { Match } from '../core/fields/evaluateMatch.ts';
import type { Provider, Recipient } from '../core/model.ts';
import type { Policy } from '../core/policy.ts';
import { formatList, quote } from '../core/printableText.ts';

/** Regions for which OUTSCALE documents DirectLink. */
const OUTSCALE: readonly string[] = ['eu-west-2', 'us-east-2', 'cloudgouv-eu-west-1'];

/** The names of AWS regions, one alternative for each partition. New regions follow the same pattern. */
const AWS =
  /^((us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d+|cn-[a-z]+-\d+|us-gov-[a-z]+-\d+|eusc-[a-z]{2}-[a-z]+-\d+|us-iso[bf]?-[a-z]+-\d+|eu-isoe-[a-z]+-\d+)$/;

const FORMS: Readonly<
  Record<Provider, { readonly fits: (region: string) => boolean; readonly form: string }>
> = {
  outscale: {
    fits: (region) => OUTSCALE.includes(region),
    form: `OUTSCALE documents DirectLink for ${formatList(OUTSCALE.map(quote))}`,
  },
  aws: {
    fits: (region) => AWS.test(region),
    form: 'AWS regions have names such as `eu-west-3` or `us-gov-east-1`',
  },
};

/** Why a region is probably a mistake; `null` when its provider has such regions. A warning, because a provider can open a new one. */
export function explainUnknownRegion({
  provider,
  region,
}: Pick<Recipient, 'provider' | 'region'>): string | null {
  const { fits, form } = FORMS[provider];
  return fits(region) ? null : `region ${quote(region)} is not known for \`${provider}\`: ${form}`;
}

/** A value that looks like a pattern of another language, and so would never match. */
export interface SuspiciousPattern {
  /** of the grant or the hold rule that contains it */
  readonly path: string;
  readonly why: string;
}

/** Finds values that were probably meant as patterns. They are valid, because a name may contain any character. */
export function findSuspiciousPatterns({ owners, hold }: Policy): SuspiciousPattern[] {
  const granted = owners.flatMap((owner) =>
    owner.grants.flatMap(({ name, match }) =>
      oddIn(match).map((why) => ({ path: `owners.${owner.name}.grants.${name}`, why })),
    ),
  );
  const held = hold.flatMap(({ match }, i) => oddIn(match).map((why) => ({ path: `hold[${i}]`, why })));
  return [...granted, ...held];
}

function oddIn({ name, location, tags, peers }: Match): string[] {
  const exact = [
    ...(location ?? []).map((value) => ['location', value] as const),
    ...Object.entries(tags ?? {}).flatMap(([key, values]) =>
      values.map((value) => [`tag ${quote(key)}`, value] as const),
    ),
  ];
  return [
    ...(name ?? []).flatMap((value) => withWhy('name', value, oddName(value))),
    ...exact.flatMap(([field, value]) => withWhy(field, value, oddText(value))),
    ...(peers ?? []).flatMap((value) => withWhy('peers', value, oddBlock(value))),
  ];
}

function withWhy(field: string, value: string, why: string | null): string[] {
  return why === null ? [] : [`${field} ${quote(value)} ${why}`];
}

/** Wildcards of shells and regular expressions that are unlikely in a name. */
const FOREIGN = /[?\\]|\[[^\]]+\]|\{[^}]*,[^}]*\}|^\^|\$$|\.[*+]|\S\|\S/;

/** A block without a prefix length is a single address. */
function oddBlock(block: string): string | null {
  const isNetwork = /\.0\/32$|::\/128$/.test(block);
  return isNetwork
    ? 'is a single address that looks like a network: add a prefix length if a network is meant, such as `/24`'
    : null;
}

function oddName(name: string): string | null {
  if (name !== name.trim()) return BLANK;
  return FOREIGN.test(name)
    ? 'looks like a pattern of another kind: only `*` is a wildcard in a name, every other character matches itself'
    : null;
}

function oddText(text: string): string | null {
  if (text !== text.trim()) return BLANK;
  return text.includes('*') || FOREIGN.test(text)
    ? 'looks like a pattern: this field has no wildcards, every character matches itself'
    : null;
}

const BLANK = 'begins or ends with a space, which the request must have too';
