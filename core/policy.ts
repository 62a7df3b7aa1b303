import * as d from './decode.ts';
import { type Match, matchDecoder } from './fields/match.ts';
import { canonicalJson, digestOf } from './json.ts';
import { PROVIDERS, type Recipient } from './model.ts';
import { quote } from './printableText.ts';
import { ACCOUNT, gatewayKind, isConnectionId, isName } from './resourceIds.ts';

/** The compiled form: what language/ writes and the function reads. Every key is always there. */
export interface Policy {
  readonly format: typeof POLICY_FORMAT;
  readonly target: string;
  readonly recipient: PolicyRecipient;
  /** holds everything */
  readonly freeze: boolean;
  readonly limits: { readonly acceptsPerRun: number };
  /** sorted by name */
  readonly owners: readonly Owner[];
  readonly hold: readonly HoldRule[];
}

export interface PolicyRecipient extends Recipient {
  readonly credentials: Credentials | null;
  /** seconds from request to expiry; `null` when the provider lets requests stand for ever */
  readonly expiry: number | null;
}

/** OUTSCALE: a secret's name. AWS: a role to assume. */
export type Credentials =
  | { readonly secret: string }
  | { readonly role: string; readonly externalId: string | null };

export interface Owner {
  readonly name: string;
  readonly account: string | null;
  /** what identifies the owner; sorted */
  readonly connections: readonly string[];
  readonly contact: string | null;
  /** live virtual interfaces at most */
  readonly limit: number | null;
  /** sorted by name */
  readonly grants: readonly Grant[];
}

export interface Grant {
  readonly name: string;
  /** gateway ID */
  readonly gateway: string;
  /** its name in the policy, when it has one */
  readonly gatewayName: string | null;
  readonly match: Match;
  readonly limit: number | null;
  readonly ticket: string | null;
  /** inclusive */
  readonly from: string | null;
  /** exclusive */
  readonly until: string | null;
}

/** Always held, whatever a grant says. */
export interface HoldRule {
  readonly match: Match;
  readonly reason: string | null;
}

export const POLICY_FORMAT = 1;

/** A policy with the digest of its text. */
export interface LoadedPolicy {
  readonly policy: Policy;
  /** `sha256:…` of the compiled text: what `sha256sum NAME.json` prints */
  readonly digest: string;
}

/** The compiled text is not a policy, or not the one that was asked for. */
export class PolicyRefused extends Error {
  override readonly name = 'PolicyRefused';
  constructor(target: string, why: string, options?: ErrorOptions, fix = 'compile and deploy it again') {
    super(`compiled policy of target \`${target}\` refused: ${why}; ${fix}`, options);
  }
}

export function writePolicy(policy: Policy): string {
  return canonicalJson(policy);
}

/**
 * Reads a compiled policy.
 * @param recipient what the target must be, when the caller knows
 * @throws PolicyRefused for another format, target or recipient, a missing or surplus key, or any other spelling
 */
export function loadPolicy(text: string, target: string, recipient: Recipient | null): LoadedPolicy {
  const policy = parse(text, target, d.object);
  // Fail closed: a text that says more than what was read (a key twice, say) is not what was reviewed.
  if (writePolicy(policy) !== text) throw new PolicyRefused(target, 'it is not in canonical form');
  if (policy.target !== target) throw new PolicyRefused(target, `it is of target \`${policy.target}\``);
  if (recipient !== null && recipientKey(recipient) !== recipientKey(policy.recipient)) {
    const [is, wanted] = [recipientKey(policy.recipient), recipientKey(recipient)];
    throw new PolicyRefused(target, `its recipient is ${quote(is)}, not ${quote(wanted)}`);
  }
  return { policy, digest: digestOf(text) };
}

/** `outscale/eu-west-2/012345678901`: what leases and ledgers are keyed by. */
export function recipientKey({ provider, region, account }: Recipient): string {
  return `${provider}/${region}/${account}`;
}

/**
 * Reads the compiled policy by which something was accepted once. Nothing new is decided by it, so keys that did not exist
 * when it was written are `null`, and keys of later releases are ignored.
 * @throws PolicyRefused for a format that only later releases know, or what is no policy
 */
export function readArchivedPolicy(text: string, target: string): Policy {
  return parse(text, target, d.archivedObject, withCurrentKeys);
}

/** Release 0.1.0 compiled `acceptsPerRun` as `acceptsPerPass`. */
function withCurrentKeys(archived: Record<string, unknown>): Record<string, unknown> {
  const { acceptsPerPass, ...limits } = d.record(archived.limits, 'limits');
  if (acceptsPerPass === undefined) return archived;
  return { ...archived, limits: { acceptsPerRun: acceptsPerPass, ...limits } };
}

function parse(
  text: string,
  target: string,
  objectOf: d.ObjectDecoder,
  convert: (written: Record<string, unknown>) => unknown = (written) => written,
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
        'upgrade again, or deploy policy and function of one release',
      );
    return policyDecoder(objectOf)(convert(written), '');
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
    limits: objectOf<Policy['limits']>({ acceptsPerRun: d.integer(0) }),
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
