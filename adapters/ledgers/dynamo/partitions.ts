/** Partitions of the table, by recipient key or digest; the function's rights name them. */

export function livePartition(key: string): string {
  return `live#${key}`;
}

/** What is decided: receipts, and what ended. */
export function overPartition(key: string): string {
  return `over#${key}`;
}

export const POLICIES = 'policy#';

export function policyPartition(digest: string): string {
  return `${POLICIES}${digest}`;
}
