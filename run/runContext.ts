import type { LoadedPolicy } from '../core/policy.ts';
import type { Budget } from './budget.ts';
import type { Ports } from './ports.ts';
import type { Vetting } from './verifyCaller.ts';

/** Remembers for a process that a failing ledger was announced; `announced` is the codes of what fails. */
export interface Outage {
  announced: string | null;
}

/** What a pass is given. */
export interface PassInput {
  readonly loaded: LoadedPolicy;
  /** what git says of the policy's origin */
  readonly revision: string;
  readonly ports: Ports;
  readonly vetting: Vetting;
  /** what this process announced and no ledger could remember, as long as it lasts */
  readonly outage: Outage;
  /** what one request to the API may take at most with its retries, in milliseconds */
  readonly requestTimeoutMs: number;
  /** how long the lease holds, in milliseconds */
  readonly leaseMs: number;
  /** what the platform leaves us */
  readonly remaining: Budget;
  /** how long what was accepted may take to become `available` before that is told, in milliseconds */
  readonly availableWithinMs: number;
  /** Direct Connect endpoint for the commands told to people; `null`: the provider's own */
  readonly endpoint: string | null;
  /** the same of EC2 or FCU */
  readonly gatewayEndpoint: string | null;
  /** reads only: no lease, no write, no confirm, no announcement */
  readonly dryRun: boolean;
}
