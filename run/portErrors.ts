import type { RunProblemCode } from '../core/runReport.ts';

/** An error that fails a run. Each has the stable code under which it is reported. */
export abstract class RunFailure extends Error {
  abstract readonly code: RunProblemCode;
}

/** A call to a provider could not be made, or failed. */
export abstract class CallFailure extends RunFailure {}

/** Why a call failed, in the classes that callers handle differently. */
export type ApiFailureKind =
  | 'credentials'
  | 'throttled'
  | 'timeout'
  | 'unreachable'
  | 'server'
  | 'client'
  | 'malformed';

/** What a refused call says about a resource that does not exist. */
export interface MissingResource {
  /** whether the API itself says it, and does not name something else, such as a connection */
  readonly isCertain: boolean;
  /** the virtual interfaces that the API names */
  readonly ids: readonly string[];
}

const NEXT_RUN = (): string => 'the next run tries again';

/** How to fix each kind of failure. */
const FIXES: Readonly<Record<ApiFailureKind, (operation: string) => string>> = {
  credentials: (operation) => `check that the keys are right and may call ${operation}`,
  throttled: NEXT_RUN,
  timeout: NEXT_RUN,
  unreachable: () =>
    'check the network, the proxy if HTTPS_PROXY names one, the region and the endpoint; the next run tries again',
  server: NEXT_RUN,
  client: () => 'make the same call with the AWS CLI to find the cause; the next run tries again',
  malformed: () => 'check the endpoint; the next run tries again',
};

/** A call to a provider failed. The message names the operation and what the API said, never a secret. */
export class ApiFailure extends CallFailure {
  override readonly name = 'ApiFailure';
  readonly kind: ApiFailureKind;
  readonly operation: string;
  /** the part of the message between the kind and the fix */
  readonly detail: string;
  /** how to fix it, where the API's answer says more than the kind; `null`: the fix of the kind */
  readonly advice: string | null;
  /** `null`: the API does not say that something does not exist */
  readonly missing: MissingResource | null;

  constructor(
    operation: string,
    kind: ApiFailureKind,
    detail: string,
    advice: string | null = null,
    missing: MissingResource | null = null,
  ) {
    super(`${operation} failed (${kind}): ${detail}; ${advice ?? FIXES[kind](operation)}`);
    this.operation = operation;
    this.detail = detail;
    this.kind = kind;
    this.advice = advice;
    this.missing = missing;
  }

  get code(): RunProblemCode {
    return this.kind === 'credentials' ? 'credentials' : 'api';
  }

  /** Adds to the message where the call was sent: a setting that the user has forgotten may have chosen it. */
  nameEndpoint(endpoint: string): void {
    this.message = `${this.message}; it was sent to ${endpoint}`;
  }
}

/** The key is valid but lacks the permission. Another key of the same user would lack it too, so the key is not read again. */
export class PermissionMissing extends ApiFailure {
  constructor(operation: string, detail: string, advice: string | null = null) {
    super(operation, 'credentials', detail, advice);
  }
}

/**
 * A confirm was refused because its key had been replaced; nothing was confirmed. Reading the new key may have taken long, so
 * the request must be evaluated again before it is confirmed with the new key.
 */
export class KeyReplaced extends ApiFailure {
  constructor({ operation, detail, advice }: ApiFailure) {
    super(operation, 'credentials', detail, advice);
  }
}

/** The listing lacks an interface that exists, so the absence of others proves nothing either. */
export class ListingIncomplete extends RunFailure {
  override readonly name = 'ListingIncomplete';
  readonly code = 'listing-incomplete';
  constructor(why: string) {
    super(`listing of virtual interfaces may be incomplete: ${why}; the next run tries again`);
  }
}

/** The credentials work, but belong to another account or region, so what they list says nothing about the target. */
export class WrongAccountOrRegion extends RunFailure {
  override readonly name = 'WrongAccountOrRegion';
  readonly code = 'wrong-account-or-region';
}

/** The credentials are missing, unreadable or malformed; the message names them and the place where they are expected. */
export class CredentialsUnusable extends CallFailure {
  override readonly name = 'CredentialsUnusable';
  readonly code = 'credentials';
}

/** The ledger cannot be read or written, or its lease was lost: nothing more may be confirmed. */
export class LedgerFailure extends RunFailure {
  override readonly name = 'LedgerFailure';
  readonly code = 'ledger';
  /** whether a problem of the run already reports it */
  isReported = false;
}
