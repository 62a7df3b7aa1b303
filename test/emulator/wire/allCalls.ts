import type { Variant, Variants } from './callVariant.ts';
import { DIRECT_CONNECT_CALLS } from './directConnectCalls.ts';
import { OWN_INTERFACE_CALLS } from './ownInterfaceCalls.ts';
import { EC2_CALLS, STS_CALLS } from './queryCalls.ts';
import { RESOURCE_CALLS } from './resourceCalls.ts';

/** The services whose calls are recorded: those of which a client is installed. */
export type RecordedService = 'directconnect' | 'ec2' | 'sts';

export interface Call extends Variant {
  readonly service: RecordedService;
  readonly operation: string;
}

const BY_SERVICE = {
  directconnect: { ...DIRECT_CONNECT_CALLS, ...RESOURCE_CALLS, ...OWN_INTERFACE_CALLS },
  ec2: EC2_CALLS,
  sts: STS_CALLS,
} satisfies Record<RecordedService, Variants>;

const of = (service: RecordedService): Call[] =>
  Object.entries(BY_SERVICE[service]).flatMap(([operation, variants]) =>
    variants.map((variant) => ({ ...variant, service, operation })),
  );

/** All variants of all calls, for recording, replaying and comparing. */
export const CALLS: readonly Call[] = [...of('directconnect'), ...of('ec2'), ...of('sts')];
