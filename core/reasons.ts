import type { FieldVerdict } from './fields/match.ts';
import { compareByCodePoint } from './printableText.ts';

/** The codes of reasons to hold a request, in the order of messages. Codes are stable: consumers rely on them. */
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
  'run-limit',
  'gateway-missing',
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

export interface Reason {
  readonly code: ReasonCode;
  /** a sentence for people, safe to print */
  readonly message: string;
  /** with `no-grant`: the nearest grant, and the fields that did not match */
  readonly nearest?: NearestGrant;
  /** with `frozen`: what the policy would assign without the freeze; absent if it would hold the request too */
  readonly withoutFreeze?: GrantedGateway;
}

export interface GrantedGateway {
  readonly owner: string;
  readonly grant: string;
  readonly gateway: string;
}

export interface NearestGrant extends GrantedGateway {
  /** every field that did not certainly match */
  readonly failed: readonly FieldVerdict[];
}

/** Sorts by code, then by message, so that the order of the API's answer does not matter. */
export function sortReasons(reasons: readonly Reason[]): Reason[] {
  return reasons.toSorted(
    (a, b) =>
      REASON_CODES.indexOf(a.code) - REASON_CODES.indexOf(b.code) || compareByCodePoint(a.message, b.message),
  );
}

/** The result of preflight checks: the reasons not to attach a request to a gateway now, beside those of the policy. */
export interface CheckResult {
  readonly reasons: readonly Reason[];
  /** checks that were skipped because the API does not return their input, a sentence each */
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
