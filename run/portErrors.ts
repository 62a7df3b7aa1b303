import type { RunProblemCode } from '../core/runReport.ts';

/** What a pass can fail of. Each carries the stable code under which it is reported. */
export abstract class RunFailure extends Error {
  abstract readonly code: RunProblemCode;
}

/** A call to a provider could not be made, or failed. */
export abstract class CallFailure extends RunFailure {}

/** Why a call failed, as far as the callers act differently on it. */
export type ApiFailureKind =
  | 'credentials'
  | 'throttled'
  | 'timeout'
  | 'unreachable'
  | 'server'
  | 'client'
  | 'malformed';

const NEXT_PASS = (): string => 'the next pass tries again';

/** What to do about each kind. */
const MENDS: Readonly<Record<ApiFailureKind, (operation: string) => string>> = {
  credentials: (operation) => `check that the keys are right and may call ${operation}`,
  throttled: NEXT_PASS,
  timeout: NEXT_PASS,
  unreachable: () =>
    'check the network, the proxy if HTTPS_PROXY names one, the region and the endpoint; the next pass tries again',
  server: NEXT_PASS,
  client: () => 'look at it by hand with the AWS CLI; the next pass tries again',
  malformed: () => 'check the endpoint; the next pass tries again',
};

/** A call to a provider failed. The message names operation, endpoint and what the API said, never a secret. */
export class ApiFailure extends CallFailure {
  override readonly name = 'ApiFailure';
  readonly kind: ApiFailureKind;
  readonly operation: string;
  /** what the message says between the kind and the mend */
  readonly detail: string;
  /** what to do, where the API said more than the kind does; `null`: as for every failure of the kind */
  readonly advice: string | null;

  constructor(operation: string, kind: ApiFailureKind, detail: string, advice: string | null = null) {
    super(`${operation} failed (${kind}): ${detail}; ${advice ?? MENDS[kind](operation)}`);
    this.operation = operation;
    this.detail = detail;
    this.kind = kind;
    this.advice = advice;
  }

  get code(): RunProblemCode {
    return this.kind === 'credentials' ? 'credentials' : 'api';
  }
}

/** The key is known, and may not do this: another key of the same user may not either. */
export class PermissionMissing extends ApiFailure {
  constructor(operation: string, detail: string, advice: string | null = null) {
    super(operation, 'credentials', detail, advice);
  }
}

/**
 * A confirm was refused for its key, which was replaced meanwhile: nothing was confirmed. To read the new key may have taken long, so
 * that the request must be decided upon again before it is confirmed with it.
 */
export class KeyReplaced extends ApiFailure {
  constructor({ operation, detail, advice }: ApiFailure) {
    super(operation, 'credentials', detail, advice);
  }
}

/** The listing lacks something that is there, so nothing may be concluded from what it lacks. */
export class ListingIncomplete extends RunFailure {
  override readonly name = 'ListingIncomplete';
  readonly code = 'listing-incomplete';
  constructor(why: string) {
    super(`listing of virtual interfaces may be incomplete: ${why}; the next pass tries again`);
  }
}

/** The keys work, and for the wrong place: what they list says nothing about the target. */
export class WrongAccountOrRegion extends RunFailure {
  override readonly name = 'WrongAccountOrRegion';
  readonly code = 'wrong-account-or-region';
}

/** The credentials are missing, unreadable or malformed; the message says which and where they are looked for. */
export class CredentialsUnusable extends CallFailure {
  override readonly name = 'CredentialsUnusable';
  readonly code = 'credentials';
}

/** The ledger cannot be read or written, or its lease was lost: nothing more may be confirmed. */
export class LedgerFailure extends RunFailure {
  override readonly name = 'LedgerFailure';
  readonly code = 'ledger';
}
