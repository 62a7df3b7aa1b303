import {
  accountId,
  flag,
  integer,
  list,
  oneOf,
  optional,
  type Reader,
  spelled,
  text,
  textLike,
  whole,
} from './decoders.ts';
import { readOptions } from './options.ts';
import type { Tag } from './world.ts';

/** What stands in a world from the start. `null`: left to the emulator. */
export interface Scenario {
  /** everything lives in it */
  readonly region: string;
  readonly options: ReturnType<typeof readOptions>;
  readonly gateways: readonly ScenarioGateway[];
  readonly directConnectGateways: readonly ScenarioDirectConnectGateway[];
  readonly connections: readonly ScenarioConnection[];
  readonly allocations: readonly ScenarioAllocation[];
}

interface ScenarioGateway {
  readonly account: string;
  readonly id: string | null;
  /** the VPC it is attached to; `null`: to none */
  readonly vpc: string | null;
  readonly asn: number;
  /** whether its routes are propagated to the main route table of that VPC */
  readonly propagates: boolean;
}

interface ScenarioDirectConnectGateway {
  readonly account: string;
  readonly id: string | null;
  readonly name: string;
  readonly asn: number;
  /** whether it is associated with the first of `gateways` that is of its account */
  readonly associated: boolean;
}

interface ScenarioConnection {
  readonly account: string;
  readonly id: string | null;
  readonly name: string;
  readonly location: string;
  readonly bandwidth: string;
}

export interface ScenarioAllocation {
  /** ID or name of a connection of the scenario, whose account is the requester */
  readonly connection: string;
  /** the recipient's account */
  readonly to: string;
  readonly type: 'private' | 'public' | 'transit';
  readonly name: string;
  readonly vlan: number;
  readonly asn: number;
  readonly mtu: number;
  readonly authKey: string;
  readonly amazonAddress: string;
  readonly customerAddress: string;
  readonly tags: readonly Tag[];
}

const asn = whole(1, 4294967294);

/** Reads a scenario from parsed JSON. Throws `Misread`, which names the path and what must stand there. */
export function readScenario(value: unknown): Scenario {
  return scenario(value, '');
}

const scenario: Reader<Scenario> = spelled<Scenario>({
  region: textLike('a region such as `eu-west-2`', /^[a-z0-9-]+$/),
  options: (value, path) => readOptions(value ?? {}, path),
  gateways: optional(
    list(
      spelled<ScenarioGateway>({
        account: accountId,
        id: optional(
          textLike('`vgw-` and 8 or 17 hexadecimal digits', /^vgw-[0-9a-f]{8}([0-9a-f]{9})?$/),
          null,
        ),
        vpc: optional(text, null),
        asn: optional(asn, 64512),
        propagates: optional(flag, true),
      }),
    ),
    [],
  ),
  directConnectGateways: optional(
    list(
      spelled<ScenarioDirectConnectGateway>({
        account: accountId,
        id: optional(textLike('a UUID', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/), null),
        name: text,
        asn: optional(asn, 64512),
        associated: optional(flag, true),
      }),
    ),
    [],
  ),
  connections: optional(
    list(
      spelled<ScenarioConnection>({
        account: accountId,
        id: optional(textLike('`dxcon-` and 8 small letters or digits', /^dxcon-[0-9a-z]{8}$/), null),
        name: text,
        location: text,
        bandwidth: optional(text, '1Gbps'),
      }),
    ),
    [],
  ),
  allocations: optional(
    list(
      spelled<ScenarioAllocation>({
        connection: text,
        to: accountId,
        type: optional(oneOf(['private', 'public', 'transit']), 'private'),
        name: textLike('a name of 1 to 100 characters', /^.{1,100}$/s),
        vlan: whole(1, 4094),
        asn,
        mtu: optional(integer, 1500),
        authKey: optional(textLike('a BGP key of 6 to 80 characters', /^.{6,80}$/s), ''),
        amazonAddress: optional(text, ''),
        customerAddress: optional(text, ''),
        tags: optional(list(spelled<Tag>({ key: text, value: text })), []),
      }),
    ),
    [],
  ),
});
