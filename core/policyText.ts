import * as d from './decoders.ts';
import { type Match, matchDecoder } from './fields/evaluateMatch.ts';
import { parseCidr } from './ip.ts';
import { canonicalJson, digestOf } from './json.ts';
import { INTERFACE_KINDS } from './kinds.ts';
import { PROVIDERS, type Recipient } from './model.ts';
import type { Credentials, Grant, HoldRule, Owner, Policy, PolicyRecipient } from './policy.ts';
import { ACCOUNT, gatewayKind, isConnectionId, isName } from './resourceIds.ts';

/**
 * The text of a compiled policy. A policy is written in the lowest format that can express it, so that a policy that uses nothing
 * new keeps its text and digest over an upgrade, and an earlier release can still read it.
 *
 * - Format 1: every grant is for private interfaces, no owner has shared connections, and nothing is pinned. It lacks the keys
 *   `sharedConnections`, `type` and `match.id`.
 * - Format 2 has these keys always. No grant says what its owner may advertise: it lacks the keys `routes` and `maxPrefixes`.
 * - Format 3 has these keys always.
 */
const FORMATS = [1, 2, 3] as const;
type Format = (typeof FORMATS)[number];
const [FIRST_FORMAT, , LAST_FORMAT] = FORMATS;

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
  const stored = { ...policy, limits: { acceptsPerPass: limits.acceptsPerRun } };
  if (!fitsFormat2(policy)) return canonicalJson({ format: LAST_FORMAT, ...stored });
  const owners2 = policy.owners.map((owner) => ({ ...owner, grants: owner.grants.map(withoutRoutes) }));
  if (!fitsFormat1(policy)) return canonicalJson({ format: 2, ...stored, owners: owners2 });
  const owners = owners2.map(({ sharedConnections: _, grants, ...owner }) => ({
    ...owner,
    grants: grants.map(({ type: _, ...grant }) => ({ ...grant, match: withoutId(grant.match) })),
  }));
  const hold = policy.hold.map((rule) => ({ ...rule, match: withoutId(rule.match) }));
  return canonicalJson({ format: FIRST_FORMAT, ...stored, owners, hold });
}

function fitsFormat2({ owners }: Pick<Policy, 'owners'>): boolean {
  return owners.every(({ grants }) =>
    grants.every(({ routes, maxPrefixes }) => routes === null && maxPrefixes === null),
  );
}

function withoutRoutes({
  routes: _,
  maxPrefixes: __,
  ...grant
}: Grant): Omit<Grant, 'routes' | 'maxPrefixes'> {
  return grant;
}

function fitsFormat1({ owners, hold }: Pick<Policy, 'owners' | 'hold'>): boolean {
  const fits = ({ id, bgpKey }: Match): boolean => id === null && (bgpKey === null || bgpKey === 'required');
  return (
    owners.every(
      ({ sharedConnections, grants }) =>
        sharedConnections.length === 0 &&
        grants.every(({ type, match }) => type === 'private' && fits(match)),
    ) && hold.every(({ match }) => fits(match))
  );
}

function withoutId({ id: _, ...match }: Match): Omit<Match, 'id'> {
  return match;
}

/**
 * Reads a compiled policy.
 * @throws PolicyRefused for another format or target, a missing or surplus key, or a text that is not canonical
 */
export function loadPolicy(text: string, target: string): LoadedPolicy {
  const policy = parse(text, target, d.object);
  // Fail closed: a text that contains more than was read (for example a duplicate key, or in format 1 a key of format 2) is not
  // the reviewed policy.
  if (writePolicy(policy) !== text) throw new PolicyRefused(target, 'it is not in canonical form');
  if (policy.target !== target) throw new PolicyRefused(target, `it is for target \`${policy.target}\``);
  return { policy, digest: digestOf(text) };
}

/** Reads the recipient of a compiled policy that was refused, to name the target in an event; `null`: it cannot be read. */
export function readRecipient(text: string): Recipient | null {
  try {
    const { recipient } = d.record(JSON.parse(text), '');
    const { provider, region, account } = decodeRecipient(recipient, 'recipient');
    return { provider, region, account };
  } catch (error) {
    if (error instanceof d.Malformed || error instanceof SyntaxError) return null;
    throw error;
  }
}

const decodeRecipient = d.openObject<Recipient>({
  provider: d.oneOf(PROVIDERS),
  region: d.text('a region', isName),
  account: d.text('an account', (value) => ACCOUNT.test(value)),
});

/**
 * Reads the archived policy of an earlier acceptance. It decides no new request, so keys that did not exist when it was written
 * are `null`, and keys of later releases are ignored.
 * @throws PolicyRefused for a format that only later releases know, or a text that is not a policy
 */
export function readArchivedPolicy(text: string, target: string): Policy {
  return parse(text, target, d.archivedObject, withStoredNames);
}

type RawObject = Readonly<Record<string, unknown>>;

/** Some texts from between release 0.1.0 and the next one have `acceptsPerRun`, not the stored name. */
function withStoredNames(raw: RawObject): RawObject {
  const limits = d.record(raw.limits, 'limits');
  if (!Object.hasOwn(limits, 'acceptsPerRun')) return raw;
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
  migrate = (raw: RawObject): RawObject => raw,
): Policy {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new PolicyRefused(target, 'it is not JSON', { cause });
  }
  try {
    const { format: written, ...policy } = d.record(raw, '');
    if (written === undefined) throw new d.Malformed('format', 'present', written);
    if (typeof written === 'number' && written > LAST_FORMAT)
      throw new PolicyRefused(
        target,
        `a newer release wrote it, in format ${written}, and this one reads formats ${FIRST_FORMAT} to ${LAST_FORMAT}`,
        {},
        'upgrade, or deploy policy and function of the same release',
      );
    const format = d.oneOf(FORMATS)(written, 'format');
    const migrated = migrate(policy);
    return policyDecoder(objectOf)(toLastFormat(migrated, format), '');
  } catch (cause) {
    if (!(cause instanceof d.Malformed)) throw cause;
    throw new PolicyRefused(target, cause.message, { cause });
  }
}

function toLastFormat(raw: RawObject, format: Format): RawObject {
  const steps = [from1To2, from2To3].slice(format - FIRST_FORMAT);
  return steps.reduce((policy, step) => step(policy), raw);
}

/** Adds what the keys of format 3 mean where they are absent. */
function from2To3(raw: RawObject): RawObject {
  const withRoutes = (grant: RawObject): RawObject => ({ routes: null, maxPrefixes: null, ...grant });
  return replace(
    raw,
    'owners',
    eachObject((owner) => replace(owner, 'grants', eachObject(withRoutes))),
  );
}

/** Adds what the keys of format 2 mean where they are absent. Values of another form stay, for the decoder to refuse. */
function from1To2(raw: RawObject): RawObject {
  const withMatch = (rule: RawObject): RawObject =>
    replace(rule, 'match', (match) => (d.isRecord(match) ? { id: null, ...match } : match));
  const withType = (grant: RawObject): RawObject => ({ type: 'private', ...withMatch(grant) });
  const withShared = (owner: RawObject): RawObject => ({
    sharedConnections: [],
    ...replace(owner, 'grants', eachObject(withType)),
  });
  return replace(replace(raw, 'owners', eachObject(withShared)), 'hold', eachObject(withMatch));
}

/** Replaces the value of a key that is there. */
function replace(raw: RawObject, key: string, to: (value: unknown) => unknown): RawObject {
  return Object.hasOwn(raw, key) ? { ...raw, [key]: to(raw[key]) } : raw;
}

function eachObject(to: (item: RawObject) => RawObject): (list: unknown) => unknown {
  return (list) =>
    Array.isArray(list) ? list.map((item: unknown) => (d.isRecord(item) ? to(item) : item)) : list;
}

const name = d.text('a name', isName);
const limit = d.orNull(d.integer(0));

function credentialsDecoder(objectOf: d.ObjectDecoder): d.Decoder<Credentials> {
  const secret = objectOf<{ secret: string }>({ secret: d.string });
  const entry = objectOf<{ secret: string; entry: string }>({ secret: d.string, entry: d.string });
  const role = objectOf<{ role: string; externalId: string | null }>({
    role: d.string,
    externalId: d.orNull(d.string),
  });
  return (raw, path) => {
    const keys = d.record(raw, path);
    if (Object.hasOwn(keys, 'entry')) return entry(raw, path);
    return Object.hasOwn(keys, 'secret') ? secret(raw, path) : role(raw, path);
  };
}

/**
 * `acceptsPerRun` is stored under its name in release 0.1.0, so that each release reads what another one compiled or archived, and a
 * policy keeps its digest over an upgrade.
 */
function limitsDecoder(objectOf: d.ObjectDecoder): d.Decoder<Policy['limits']> {
  const stored = objectOf<{ acceptsPerPass: number }>({ acceptsPerPass: d.integer(0) });
  return (raw, path) => ({ acceptsPerRun: stored(raw, path).acceptsPerPass });
}

function ownerDecoder(objectOf: d.ObjectDecoder, match: d.Decoder<Match>): d.Decoder<Owner> {
  const connections = d.array(d.text('a connection ID', isConnectionId));
  const decode = objectOf<Owner>({
    name,
    account: d.orNull(d.text('12 digits', (text) => ACCOUNT.test(text))),
    connections,
    sharedConnections: connections,
    contact: d.orNull(d.string),
    limit,
    grants: d.nonEmptyArray(
      objectOf<Grant>({
        name,
        type: d.oneOf(INTERFACE_KINDS),
        gateway: d.text('a gateway ID', (text) => gatewayKind(text) !== null),
        gatewayName: d.orNull(name),
        match,
        limit,
        routes: d.orNull(d.nonEmptyArray(d.text('a block of addresses', (text) => parseCidr(text) !== null))),
        maxPrefixes: limit,
        ticket: d.orNull(d.string),
        from: d.orNull(d.instant),
        until: d.orNull(d.instant),
      }),
    ),
  });
  return (raw, path) => {
    const owner = decode(raw, path);
    if (owner.connections.length === 0 && owner.sharedConnections.length === 0)
      throw new d.Malformed(`${path}.connections`, 'a list of at least one', owner.connections);
    return owner;
  };
}

function policyDecoder(objectOf: d.ObjectDecoder): d.Decoder<Policy> {
  const match = matchDecoder(objectOf);
  return objectOf<Policy>({
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
    owners: d.array(ownerDecoder(objectOf, match)),
    hold: d.array(objectOf<HoldRule>({ match, reason: d.orNull(d.string) })),
  });
}
