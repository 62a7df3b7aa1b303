import { DIALECT_NAMES } from './dialects.ts';

export type FlagName = 'port' | 'host' | 'dialect' | 'scenario' | 'latency';

interface Flag {
  readonly name: FlagName;
  /** what its value is, in the help */
  readonly value: string;
  readonly help: string;
  /** `null`: the help says what applies without it */
  readonly fallback: string | null;
}

/** The flags of `hosted-vif-emulator`, which another command line that starts the emulator can have too. */
export const FLAGS: readonly Flag[] = [
  { name: 'port', value: 'n', help: 'port; 0 chooses a free one', fallback: '4599' },
  {
    name: 'host',
    value: 'address',
    help: 'address to listen on; 0.0.0.0 for a container',
    fallback: '127.0.0.1',
  },
  {
    name: 'dialect',
    value: 'name',
    help: `API to emulate: ${DIALECT_NAMES.join(' or ')} (default: that of the scenario, else outscale)`,
    fallback: null,
  },
  {
    name: 'scenario',
    value: 'file',
    help: 'JSON file with the initial connections, gateways and offers',
    fallback: null,
  },
  {
    name: 'latency',
    value: 'ms',
    help: 'delay of every answer in milliseconds (default: that of the scenario, else 0)',
    fallback: null,
  },
];

/** The flags that were given, as text. */
export type FlagValues = { readonly [K in FlagName]?: string | undefined };

/** A flag has an invalid value, or cannot be followed. The message names the flag, the value and the fix. */
export class FlagRefused extends Error {
  override readonly name = 'FlagRefused';
}

/** The code of an error of Node; empty if it has none. */
export function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : '';
}
