import { type Answer, type Call, isConfirm } from '../cloud/virtualServer.ts';
import type { VirtualRun } from '../virtualRun.ts';
import type { Violations } from './violations.ts';

type Items = ReadonlyMap<string, Readonly<Record<string, { readonly S?: unknown }>>>;

/** Checks that a run whose lease another run has taken changes nothing in the state, and starts no confirm. */
export function checkLease(items: Items, { addViolation }: Violations) {
  const earlierHolders = new WeakSet<VirtualRun>();
  let holder: VirtualRun | null = null;
  return {
    /** Called when the process of the run makes a call. */
    sent: (run: VirtualRun, call: Call): void => {
      if (isConfirm(call) && earlierHolders.has(run))
        addViolation('safety', 'a run confirmed after another run had taken its lease');
    },
    /** @param make executes the call to the ledger */
    arrives: (run: VirtualRun, make: () => Answer): Answer => {
      const before = earlierHolders.has(run) ? stateIn(items) : null;
      const tokenBefore = tokenIn(items);
      const reply = make();
      const token = tokenIn(items);
      if (token !== undefined && token !== tokenBefore) {
        if (holder !== null && holder !== run) earlierHolders.add(holder);
        earlierHolders.delete(run);
        holder = run;
      } else if (before !== null && before !== stateIn(items))
        addViolation('honesty', 'a run changed the ledger after another run had taken its lease');
      return reply;
    },
  };
}

/** The token of the lease; `undefined` if there is none. */
function tokenIn(items: Items): unknown {
  for (const [name, item] of items) if (name.endsWith('\nhead')) return item.token?.S;
  return undefined;
}

/** The state of all targets as text: what only the holder of the lease may change. */
function stateIn(items: Items): string {
  return JSON.stringify([...items].filter(([name]) => name.startsWith('live#')));
}
