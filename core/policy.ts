import * as d from './decoders.ts';
import { type Match, matchDecoder } from './fields/evaluateMatch.ts';
import { canonicalJson, digestOf } from './json.ts';
import { PROVIDERS, type Recipient } from './model.ts';
import { ACCOUNT, gatewayKind, isConnectionId, isName } from './resourceIds.ts';

/** A compiled policy: language/ writes it and the function reads it. Every key is always present. */
export interface Policy {
  readonly format: typeof POLICY_FORMAT;
  readonly target: string;
  readonly recipient: PolicyRecipient;
  /** holds every request */
  readonly freeze: boolean;
  readonly limits: { readonly acceptsPerRun: number };
  /** sorted by name */
  readonly owners: readonly Owner[];
  readonly hold: readonly HoldRule[];
}

export interface PolicyRecipient extends Recipient {
  readonly credentials: Credentials | null;
  /** seconds from request to expiry; `null` if requests never expire at this provider */
  readonly expiry: number | null;
}

/** OUTSCALE: the name of a secret. AWS: a role to assume. */
export type Credentials =
  | { readonly secret: string }
  | { readonly role: string; readonly externalId: string | null };

export interface Owner {
  readonly name: string;
  readonly account: string | null;
  /** what identifies the owner; sorted */
  readonly connections: readonly string[];
  readonly contact: string | null;
  /** most live virtual interfaces; `null`: no limit */
  readonly limit: number | null;
  /** sorted by name */
  readonly grants: readonly Grant[];
}

export interface Grant {
  readonly name: string;
  /** gateway ID */
  readonly gateway: string;
  /** the name of the gateway in the policy, if it has one */
  readonly gatewayName: string | null;
  readonly match: Match;
  readonly limit: number | null;
  readonly ticket: string | null;
  /** inclusive */
  readonly from: string | null;
  /** exclusive */
  readonly until: string | null;
}

/** Matching requests are held, even if a grant allows them. */
export interface HoldRule {
  readonly match: Match;
  readonly reason: string | null;
}

export const POLICY_FORMAT = 1;

/** A compiled policy with the digest of its text. */
export interface LoadedPolicy {
  readonly policy: Policy;
  /** `sha256:…` of the compiled text: what `sha256sum NAME.json` prints */
  readonly digest: string;
}

/** A compiled text is not a policy, or not the expected one. */
export class PolicyRefused extends Error {
  override readonly name = 'PolicyRefused';
  constructor(target: string, why: string, options?: ErrorOptions, fix = 'compile and deploy it again') {
    super(`compiled policy of target \`${target}\` refused: ${why}; ${fix}`, options);
  }
}

/** The compiled text of a policy. It has the stored names of keys: see `limitsDecoder`. */
export function writePolicy({ limits, ...policy }: Policy): string {
  return canonicalJson({ ...policy, limits: { acceptsPerPass: limits.acceptsPerRun } });
}

/**
 * Reads a compiled policy.
 * @throws PolicyRefused for another format or target, a missing or surplus key, or a text that is not canonical
 */
export function loadPolicy(text: string, target: string): LoadedPolicy {
  const policy = parse(text, target, d.object);
  // Fail closed: a text that contains more than was read (for example a duplicate key) is not the reviewed policy.
  if (writePolicy(policy) !== text) throw new PolicyRefused(target, 'it is not in canonical form');
  if (policy.target !== target) throw new PolicyRefused(target, `it is for target \`${policy.target}\``);
  return { policy, digest: digestOf(text) };
}

/** The key of a recipient in leases and ledgers: `outscale/eu-west-2/012345678901`. */
export function recipientKey({ provider, region, account }: Recipient): string {
  return `${provider}/${region}/${account}`;
}

/**
 * Reads the archived policy of an earlier acceptance. It decides no new request, so keys that did not exist when it was written
 * are `null`, and keys of later releases are ignored.
 * @throws PolicyRefused for a format that only later releases know, or a text that is not a policy
 */
export function readArchivedPolicy(text: string, target: string): Policy {
  return parse(text, target, d.archivedObject, withStoredNames);
}

/** Some texts from between release 0.1.0 and the next one have `acceptsPerRun`, not the stored name. */
function withStoredNames(raw: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const limits = d.record(raw.limits, 'limits');
  if (!Object.hasOwn(limits, 'acceptsPerRun')) return { ...raw };
  const { acceptsPerRun, ...others } = limits;
  // Fail closed: of two values for one key, neither is known to be the one that was used.
  if (Object.hasOwn(others, 'acceptsPerPass'))
    throw new d.Malformed('limits.acceptsPerRun', 'absent', acceptsPerRun);
  return { ...raw, limits: { acceptsPerPass: acceptsPerRun, ...others } };
}

function parse(
  text: string,
  target: string,
  objectOf: d.ObjectDecoder,
  migrate = (raw: Record<string, unknown>): Record<string, unknown> => raw,
): Policy {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new PolicyRefused(target, 'it is not JSON', { cause });
  }
  try {
    const written = d.record(raw, '');
    const { format } = written;
    if (typeof format === 'number' && format > POLICY_FORMAT)
      throw new PolicyRefused(
        target,
        `a newer release wrote it, in format ${format}, and this one reads format ${POLICY_FORMAT}`,
        {},
        'upgrade, or deploy policy and function of the same release',
      );
    return policyDecoder(objectOf)(migrate(written), '');
  } catch (cause) {
    if (!(cause instanceof d.Malformed)) throw cause;
    throw new PolicyRefused(target, cause.message, { cause });
  }
}

const name = d.text('a name', isName);
const limit = d.orNull(d.integer(0));

function credentialsDecoder(objectOf: d.ObjectDecoder): d.Decoder<Credentials> {
  const secret = objectOf<{ secret: string }>({ secret: d.string });
  const role = objectOf<{ role: string; externalId: string | null }>({
    role: d.string,
    externalId: d.orNull(d.string),
  });
  return (raw, path) => (Object.hasOwn(d.record(raw, path), 'secret') ? secret(raw, path) : role(raw, path));
}

/**
 * `acceptsPerRun` is stored under its name in release 0.1.0, so that each release reads what another one compiled or archived, and a
 * policy keeps its digest over an upgrade.
 */
function limitsDecoder(objectOf: d.ObjectDecoder): d.Decoder<Policy['limits']> {
  const stored = objectOf<{ acceptsPerPass: number }>({ acceptsPerPass: d.integer(0) });
  return (raw, path) => ({ acceptsPerRun: stored(raw, path).acceptsPerPass });
}

function policyDecoder(objectOf: d.ObjectDecoder): d.Decoder<Policy> {
  const match = matchDecoder(objectOf);
  return objectOf<Policy>({
    format: d.oneOf([POLICY_FORMAT]),
    target: name,
    recipient: objectOf<PolicyRecipient>({
      provider: d.oneOf(PROVIDERS),
      region: d.string,
      account: d.text('12 digits', (text) => ACCOUNT.test(text)),
      credentials: d.orNull(credentialsDecoder(objectOf)),
      expiry: d.orNull(d.integer(1)),
    }),
    freeze: d.boolean,
    limits: limitsDecoder(objectOf),
    owners: d.array(
      objectOf<Owner>({
        name,
        account: d.orNull(d.text('12 digits', (text) => ACCOUNT.test(text))),
        connections: d.nonEmptyArray(d.text('a connection ID', isConnectionId)),
        contact: d.orNull(d.string),
        limit,
        grants: d.nonEmptyArray(
          objectOf<Grant>({
            name,
            gateway: d.text('a gateway ID', (text) => gatewayKind(text) !== null),
            gatewayName: d.orNull(name),
            match,
            limit,
            ticket: d.orNull(d.string),
            from: d.orNull(d.instant),
            until: d.orNull(d.instant),
          }),
        ),
      }),
    ),
    hold: d.array(objectOf<HoldRule>({ match, reason: d.orNull(d.string) })),
  });
}
