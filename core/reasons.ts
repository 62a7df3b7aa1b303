import type { FieldVerdict } from './fields/match.ts';
import { compareByCodePoint } from './printableText.ts';

/** What stands against attaching a request to a gateway now, beside the policy. */
export interface CheckResult {
  readonly reasons: readonly Reason[];
  /** checks that could not be made because the API gives no input for them, a sentence each */
  readonly skipped: readonly string[];
}

export const NO_FINDINGS: CheckResult = { reasons: [], skipped: [] };

export function skippedCheck(check: string): CheckResult {
  return { reasons: [], skipped: [check] };
}

export function failedCheck(code: Reason['code'], message: string): CheckResult {
  return { reasons: [{ code, message }], skipped: [] };
}

export function mergeChecks(parts: readonly CheckResult[]): CheckResult {
  return {
    reasons: parts.flatMap(({ reasons }) => reasons),
    skipped: parts.flatMap(({ skipped }) => skipped),
  };
}

/** Why a request is held, in the order in which people are told. The codes are stable: others rely on them. */
export const REASON_CODES = [
  'not-private',
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
  'pass-limit',
  'gateway-missing',
  'gateway-not-available',
  'gateway-not-attached',
  'vlan-in-use',
  'peers-invalid',
  'peers-overlap',
  'asn-conflict',
] as const;

export type ReasonCode = (typeof REASON_CODES)[number];

/** Whether a code is of the last look at gateway and network, which only an attempt takes; the others are the policy's. */
export function isPreflightCode(code: string): boolean {
  const codes: readonly string[] = REASON_CODES;
  return codes.indexOf(code) >= codes.indexOf('gateway-missing');
}

export interface Reason {
  readonly code: ReasonCode;
  /** a sentence for people, safe to print */
  readonly message: string;
  /** with `no-grant`: the grant that came nearest, and what it lacked */
  readonly nearest?: NearestGrant;
  /** with `frozen`: what the policy would give without the freeze; absent when it would hold the request too */
  readonly withoutFreeze?: GrantedGateway;
}

export interface GrantedGateway {
  readonly owner: string;
  readonly grant: string;
  readonly gateway: string;
}

export interface NearestGrant extends GrantedGateway {
  /** every field that was not a yes */
  readonly failed: readonly FieldVerdict[];
}

/** By code, then by message: the order in which the API lists things never shows. */
export function sortReasons(reasons: readonly Reason[]): Reason[] {
  return reasons.toSorted(
    (a, b) =>
      REASON_CODES.indexOf(a.code) - REASON_CODES.indexOf(b.code) || compareByCodePoint(a.message, b.message),
  );
}
