import type { Truth } from './oracle/groundTruth.ts';
import { withSharedOwners, withUnpinnedGrant } from './plan/carrierPolicy.ts';
import type { LifePlan, OperatorEvent } from './plan/lifePlan.ts';
import type { PlainPolicy } from './plan/plainPolicy.ts';

/**
 * The people who write the policy. A policy of the plan has no owners that share a connection: the operator adds them to each one,
 * with what the operator has learned from them since.
 */
export function createOperator(
  { provider, carrier }: LifePlan,
  truths: ReadonlyMap<string, Truth>,
  deployPolicy: (policy: PlainPolicy) => void,
) {
  let latest: PlainPolicy | null = null;
  let pinned: readonly string[] = [];
  let areRenamed = false;

  function deploy(policy: PlainPolicy): void {
    latest = policy;
    deployPolicy(
      carrier === null ? policy : withSharedOwners(policy, { carrier, provider }, { pinned, areRenamed }),
    );
  }

  /** The operator learns the ID of an order of gamma, over a contact that was known before. */
  function pin(which: number): boolean {
    const orders = [...truths.values()].filter(({ requester }) => requester === 'gamma');
    const order = orders.at(-1 - (which % Math.max(1, orders.length)));
    if (order === undefined || pinned.includes(order.id)) return false;
    pinned = [...pinned, order.id].toSorted();
    return true;
  }

  return {
    deploy,
    /** @returns what happened; `null` if there was no effect */
    act: (event: OperatorEvent): string | null => {
      if (carrier === null || latest === null) return null;
      if (event.does === 'deployUnpinned') {
        const others = withSharedOwners(latest, { carrier, provider }, { pinned, areRenamed });
        deployPolicy(withUnpinnedGrant(others, { carrier, provider }, event.bgpKey));
        return event.does;
      }
      if (event.does === 'renameOwners') areRenamed = !areRenamed;
      else if (!pin(event.which)) return null;
      deploy(latest);
      return event.does;
    },
  };
}
