/** Something told beside the requests. Codes are stable. */
export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
}

export type FailureCode =
  | 'api'
  | 'listing-incomplete'
  | 'wrong-account-or-region'
  | 'credentials'
  | 'ledger'
  | 'confirm-failed'
  | 'other-gateway'
  | 'gateway-missing'
  | 'own-connections-unknown'
  | 'routes-unknown'
  | 'unknown-state'
  | 'out-of-time'
  | 'clock'
  | 'announcement'
  | 'internal';
