import type { Deadline } from './deadline.ts';
import type { FieldVerdict } from './fields/evaluateMatch.ts';
import type { InterfaceKind } from './kinds.ts';
import { compareByCodePoint } from './printableText.ts';

/** The codes of reasons to hold a request, in the order of messages. Codes are stable: consumers rely on them. */
export const REASON_CODES = [
  'type-not-supported',
  'unreadable',
  'other-region',
  'unknown-requester',
  'owner-mismatch',
  'frozen',
  'held-by-policy',
  'no-grant',
  'grant-not-started',
  'grant-ended',
  'ambiguous',
  'owner-limit',
  'grant-limit',
  'run-limit',
  'gateway-missing',
  'gateway-other-account',
  'gateway-other-type',
  'gateway-not-available',
  'gateway-not-attached',
  'vlan-in-use',
  'peers-invalid',
  'peers-overlap',
  'asn-conflict',
] as const;

export type ReasonCode = (typeof REASON_CODES)[number];

/** Whether a code belongs to the preflight checks, which only an attempt makes; the other codes belong to the policy. */
export function isPreflightCode(code: string): boolean {
  const codes: readonly string[] = REASON_CODES;
  return codes.indexOf(code) >= codes.indexOf('gateway-missing');
}

/**
 * What each reason says, as data. `cause` distinguishes the causes of one code. Texts of the API and of the requester are here as
 * they came: only `renderReason` makes them safe to print. `readErrors` and `problem` are sentences already.
 */
export interface ReasonParameters {
  /** `type` is `null`: the API did not return one; `supported`: those that the provider has */
  readonly 'type-not-supported': {
    readonly type: string | null;
    readonly supported: readonly InterfaceKind[];
  };
  readonly unreadable:
    | { readonly cause: 'readErrors'; readonly readErrors: readonly string[] }
    | { readonly cause: 'tooLong' }
    | { readonly cause: 'state'; readonly state: string | null }
    | { readonly cause: 'onGateway'; readonly gateway: string }
    | { readonly cause: 'ledgerEntry'; readonly problem: string };
  readonly 'other-region': { readonly region: string; readonly ownRegion: string };
  readonly 'unknown-requester':
    | { readonly cause: 'outbound' | 'noAccount' | 'noConnection' }
    | { readonly cause: 'ownConnectionsUnknown'; readonly account: string; readonly problem: string }
    | { readonly cause: 'noOwner' | 'severalOwners'; readonly connection: string }
    /** `nearest`: the grant whose pin matches, although another of its fields does not */
    | {
        readonly cause: 'noPin';
        readonly connection: string;
        readonly owners: readonly string[];
        readonly nearest: NearestGrant | null;
      }
    | {
        readonly cause: 'severalPins';
        readonly connection: string;
        /** `fields`: what of the request the pin names */
        readonly pins: readonly {
          readonly owner: string;
          readonly grant: string;
          readonly fields: readonly ('id' | 'bgpKey')[];
        }[];
      };
  readonly 'owner-mismatch':
    | { readonly cause: 'otherRecipient'; readonly account: string; readonly ownAccount: string }
    | {
        readonly cause: 'otherAccount';
        readonly account: string;
        readonly owner: string;
        readonly ownerAccount: string;
      }
    | { readonly cause: 'ownerWithoutAccount'; readonly account: string; readonly owner: string };
  readonly frozen: { readonly unfrozen: Unfrozen; readonly deadline: Deadline };
  /** Names a hold rule by its fields, because compiled rules have another order than in the file. */
  readonly 'held-by-policy': {
    readonly fields: readonly Pick<FieldVerdict, 'field' | 'expected' | 'verdict'>[];
    /** as the policy gives it */
    readonly reason: string | null;
  };
  /** `nearest` is `null`: the owner has no grant */
  readonly 'no-grant': { readonly owner: string; readonly nearest: NearestGrant | null };
  readonly 'grant-not-started': { readonly owner: string; readonly grant: string; readonly from: string };
  readonly 'grant-ended': { readonly owner: string; readonly grant: string; readonly until: string };
  readonly ambiguous: {
    readonly owner: string;
    readonly grants: readonly { readonly grant: string; readonly gateway: string }[];
  };
  readonly 'owner-limit': ExhaustedLimit;
  readonly 'grant-limit': ExhaustedLimit & { readonly grant: string };
  readonly 'run-limit': { readonly acceptsPerRun: number };
  readonly 'gateway-missing': { readonly gateway: string };
  readonly 'gateway-other-account': {
    readonly gateway: string;
    readonly gatewayAccount: string;
    readonly ownAccount: string;
  };
  /** `type` is that of the request; `cause`: what shows that the gateway serves another one */
  readonly 'gateway-other-type': { readonly gateway: string; readonly type: InterfaceKind } & (
    | { readonly cause: 'association'; readonly served: InterfaceKind }
    | { readonly cause: 'interface'; readonly served: InterfaceKind; readonly id: string }
  );
  /** `state` is `null`: the API did not return one */
  readonly 'gateway-not-available': { readonly gateway: string; readonly state: string | null };
  readonly 'gateway-not-attached': { readonly gateway: string };
  /** `cause`: how certainly the interface `id` uses the VLAN */
  readonly 'vlan-in-use': {
    readonly cause: 'certain' | 'unreadable' | 'unknownConnection';
    readonly vlan: number;
    readonly connection: string;
    readonly id: string;
  };
  readonly 'peers-invalid':
    | { readonly cause: 'notAnAddress'; readonly address: string }
    | { readonly cause: 'notBothAddresses' | 'sameAddress' | 'differentSubnets'; readonly pair: AddressPair }
    | { readonly cause: 'broadcast'; readonly pair: AddressPair; readonly address: string };
  /** `cause`: whether the addresses of the interface `id` overlap, or why they may */
  readonly 'peers-overlap':
    | { readonly cause: 'overlap' | 'unreadable' | 'unknownGateway' | 'unlisted'; readonly id: string }
    /** conflicts beyond those that are listed */
    | { readonly cause: 'more'; readonly count: number };
  readonly 'asn-conflict': { readonly asn: number; readonly gateway: string };
}

interface ExhaustedLimit {
  readonly owner: string;
  readonly limit: number;
  /** the number of taken slots */
  readonly taken: number;
  /**
   * The first interfaces that take one. `otherConnection`: its connection, if the owner does not have that. `isUnattributed`: it is on a
   * shared connection, and counts for every owner of that, because nothing attributes it to one of them.
   */
  readonly first: readonly {
    readonly id: string;
    readonly otherConnection: string | null;
    readonly isUnattributed: boolean;
  }[];
}

/** The two addresses of a BGP peer as the API returns them: Amazon's and the customer's. */
export type AddressPair = readonly [amazonAddress: string, customerAddress: string];

/** A reason to hold a request: data, of which `renderReason` makes the sentence. */
export type Reason = {
  readonly [Code in ReasonCode]: { readonly code: Code; readonly parameters: ReasonParameters[Code] };
}[ReasonCode];

/** What would be decided about a request without the freeze. */
export type Unfrozen =
  | ({
      readonly verdict: 'accept';
      /**
       * Whether a plan checked the gateway, and the limits together with the other pending requests. Otherwise the request was
       * evaluated on its own, against live interfaces.
       */
      readonly checked: boolean;
    } & GrantedGateway)
  /** `codes`: of the reasons that remain */
  | { readonly verdict: 'hold'; readonly codes: readonly ReasonCode[] }
  /** `problem`: why the plan could not find out, one sentence, safe to print */
  | { readonly verdict: 'unknown'; readonly problem: string };

export interface GrantedGateway {
  readonly owner: string;
  readonly grant: string;
  readonly gateway: string;
}

export interface NearestGrant extends GrantedGateway {
  /** every field that did not certainly match */
  readonly failed: readonly FieldVerdict[];
}

/** Sorts by code, then by parameters, so that a decision does not depend on the order of the API's answer. */
export function sortReasons(reasons: readonly Reason[]): readonly Reason[] {
  if (reasons.length < 2) return reasons;
  const codes = new Set(reasons.map(({ code }) => code));
  // The parameters order only reasons of one code. Each cause is made in one place, with its keys in one order, so that equal
  // data gives equal text without the cost of `canonicalJson`.
  if (codes.size === reasons.length) return reasons.toSorted(compareReasonCodes);
  return reasons
    .map((reason) => ({ reason, key: JSON.stringify(reason.parameters) }))
    .sort((a, b) => compareReasonCodes(a.reason, b.reason) || compareByCodePoint(a.key, b.key))
    .map(({ reason }) => reason);
}

/** The order in which reasons are reported. */
export function compareReasonCodes(a: Pick<Reason, 'code'>, b: Pick<Reason, 'code'>): number {
  return REASON_CODES.indexOf(a.code) - REASON_CODES.indexOf(b.code);
}

/**
 * A preflight check that was skipped, because the API does not return what it needs: of the request, of its gateway, or of the
 * other interfaces in `ids`. `check` is the code of the reason that it could have found.
 */
export type SkippedCheck =
  | { readonly check: 'vlan-in-use'; readonly missing: 'vlanOrConnection' }
  | {
      readonly check: 'vlan-in-use' | 'peers-overlap';
      readonly missing: 'ofOthers';
      readonly ids: readonly string[];
    }
  | { readonly check: 'peers-overlap'; readonly missing: 'addresses' | 'prefixLengths' }
  | { readonly check: 'peers-invalid'; readonly missing: 'sessions' | 'secondAddress' }
  | { readonly check: 'peers-invalid'; readonly missing: 'prefixLengths'; readonly pair: AddressPair }
  | { readonly check: 'asn-conflict'; readonly missing: 'gatewayAsn'; readonly gateway: string }
  /** `notAllowed`: a permission to read them is missing; `unknownType`: they are of a type that this release does not know */
  | {
      readonly check: 'gateway-other-type';
      readonly missing: 'notAllowed' | 'unknownType';
      readonly gateway: string;
    }
  | { readonly check: 'asn-conflict'; readonly missing: 'customerAsn' };

/** The result of preflight checks: the reasons not to attach a request to a gateway now, beside those of the policy. */
export interface CheckResult {
  readonly reasons: readonly Reason[];
  readonly skipped: readonly SkippedCheck[];
}

export const NO_FINDINGS: CheckResult = { reasons: [], skipped: [] };

export function skippedCheck(check: SkippedCheck): CheckResult {
  return { reasons: [], skipped: [check] };
}

export function failedCheck(reason: Reason): CheckResult {
  return { reasons: [reason], skipped: [] };
}

export function mergeChecks(parts: readonly CheckResult[]): CheckResult {
  return {
    reasons: parts.flatMap(({ reasons }) => reasons),
    skipped: parts.flatMap(({ skipped }) => skipped),
  };
}
