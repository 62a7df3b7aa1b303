import { associateGateways } from './associations.ts';
import {
  accountId,
  flag,
  integerBetween,
  list,
  optional,
  type Reader,
  text,
  textMatching,
  writtenObject,
} from './decoders.ts';
import { addResource, ScenarioRefused } from './scenarioRefused.ts';
import { findOrCreateVpc } from './vpcs.ts';
import { mainRouteTable, type World } from './world.ts';

/** The gateways of a scenario, and how they are associated. `null`: the emulator chooses. */
export interface ScenarioGateways {
  readonly gateways: readonly ScenarioGateway[];
  readonly transitGateways: readonly ScenarioTransitGateway[];
  readonly directConnectGateways: readonly ScenarioDirectConnectGateway[];
  readonly associations: readonly ScenarioAssociation[];
}

interface ScenarioGateway {
  readonly account: string;
  readonly id: string | null;
  /** the VPC that it is attached to; `null`: none */
  readonly vpc: string | null;
  readonly asn: number;
  /** whether its routes are propagated to the main route table of that VPC */
  readonly propagates: boolean;
}

interface ScenarioTransitGateway {
  readonly account: string;
  readonly id: string | null;
}

interface ScenarioDirectConnectGateway {
  readonly account: string;
  readonly id: string | null;
  readonly name: string;
  readonly asn: number;
  /**
   * whether it is associated with the first entry of `gateways` with the same account; `null`: unless `associations` names
   * the gateway
   */
  readonly associated: boolean | null;
  /** other accounts that can describe it */
  readonly sharedWith: readonly string[];
}

interface ScenarioAssociation {
  /** ID or name of a Direct Connect gateway of the scenario */
  readonly gateway: string;
  /** ID of an entry of `gateways` or `transitGateways` */
  readonly with: string;
  readonly state: string;
}

/** Creates the gateways of a scenario and their associations, in its order. Throws `ScenarioRefused`. */
export function loadGateways(world: World, scenario: ScenarioGateways & { readonly region: string }): void {
  const { region } = scenario;
  scenario.gateways.forEach(({ account, id, vpc, asn, propagates }, i) => {
    const made = id ?? world.ids.virtualGateway(world.dialect.gatewayDigits);
    addResource(world.virtualGateways, `gateways[${i}].id`, {
      id: made,
      account,
      region,
      asn,
      type: 'ipsec.1',
      tags: [],
      state: 'available',
      attachment: vpc === null ? null : { vpc, state: 'attached' },
    });
    if (vpc === null) return;
    findOrCreateVpc(world, { account, region }, vpc);
    const table = mainRouteTable(world, { account, region }, vpc);
    if (propagates) table.propagating.add(made);
  });
  scenario.transitGateways.forEach(({ account, id }, i) => {
    const made = id ?? world.ids.transitGateway();
    addResource(world.transitGateways, `transitGateways[${i}].id`, { id: made, account, region, tags: [] });
  });
  scenario.directConnectGateways.forEach(({ account, id, name, asn, associated, sharedWith }, i) => {
    const path = `directConnectGateways[${i}]`;
    if (!world.dialect.hasDirectConnectGateways) {
      throw new ScenarioRefused(
        path,
        `dialect \`${world.dialect.name}\` has no Direct Connect gateways; use \`gateways\``,
      );
    }
    const made = id ?? world.ids.directConnectGateway();
    addResource(world.directConnectGateways, `${path}.id`, {
      id: made,
      account,
      sharedWith,
      name,
      asn,
      tags: [],
      state: 'available',
    });
    const isNamed = scenario.associations.some(({ gateway }) => gateway === made || gateway === name);
    const first = [...world.virtualGateways.values()].find((gateway) => gateway.account === account);
    if ((associated ?? !isNamed) && first !== undefined)
      associateGateways(world, made, first.id, [], 'associated');
  });
  scenario.associations.forEach((association, i) => {
    associate(world, association, `associations[${i}]`);
  });
}

function associate(
  world: World,
  { gateway: wanted, with: other, state }: ScenarioAssociation,
  path: string,
): void {
  const gateway = [...world.directConnectGateways.values()].find(
    ({ id, name }) => id === wanted || name === wanted,
  );
  if (gateway === undefined) {
    const why = `no Direct Connect gateway has the ID or name \`${wanted}\`; add it to \`directConnectGateways\``;
    throw new ScenarioRefused(`${path}.gateway`, why);
  }
  const association = associateGateways(world, gateway.id, other, [], state);
  if (association !== null) {
    association.stateForced = true;
    return;
  }
  const why =
    `\`${other}\` is in neither \`gateways\` nor \`transitGateways\`, or \`${wanted}\` serves the other type; ` +
    'associate a Direct Connect gateway with gateways of one type';
  throw new ScenarioRefused(`${path}.with`, why);
}

export const asn = integerBetween(1, 4294967294);

export const GATEWAY_READERS: { readonly [K in keyof ScenarioGateways]: Reader<ScenarioGateways[K]> } = {
  gateways: optional(
    list(
      writtenObject<ScenarioGateway>({
        account: accountId,
        id: optional(
          textMatching('`vgw-` and 8 or 17 hexadecimal digits', /^vgw-[0-9a-f]{8}([0-9a-f]{9})?$/),
          null,
        ),
        vpc: optional(text, null),
        asn: optional(asn, 64512),
        propagates: optional(flag, true),
      }),
    ),
    [],
  ),
  transitGateways: optional(
    list(
      writtenObject<ScenarioTransitGateway>({
        account: accountId,
        id: optional(textMatching('`tgw-` and 17 hexadecimal digits', /^tgw-[0-9a-f]{17}$/), null),
      }),
    ),
    [],
  ),
  directConnectGateways: optional(
    list(
      writtenObject<ScenarioDirectConnectGateway>({
        account: accountId,
        id: optional(textMatching('a UUID', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/), null),
        name: text,
        asn: optional(asn, 64512),
        associated: optional(flag, null),
        sharedWith: optional(list(accountId), []),
      }),
    ),
    [],
  ),
  associations: optional(
    list(
      writtenObject<ScenarioAssociation>({
        gateway: text,
        with: text,
        state: optional(textMatching('a state such as `associating`', /^[a-z]{1,40}$/), 'associated'),
      }),
    ),
    [],
  ),
};
