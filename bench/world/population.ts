import { integerBetween, list, looseObject, text } from '../../emulator/decoders.ts';
import { formatDiagnostic } from '../../language/diagnostic.ts';
import { type CompiledPolicy, compilePolicy } from '../../language/index.ts';

/** A policy that allows all requests on these connections, and more. */
export function policyText(connections: readonly ConnectionOf[], region: string): string {
  const byOwner = Map.groupBy(connections, ({ owner }) => owner);
  const owners = [...byOwner].flatMap(([owner, theirs]) => {
    const [{ gateway, asn } = { gateway: '', asn: 0 }] = theirs;
    const match = `asn: [${asn}], peers: [169.254.0.0/16], name: ["${ownerName(owner)}-*"]`;
    return [
      `  ${ownerName(owner)}:`,
      `    connections: [${theirs.map(({ id }) => id).join(', ')}]`,
      '    grants:',
      `      prod: { gateway: ${gateway}, match: { vlan: [100-999], ${match} } }`,
      `      spare: { gateway: ${gateway}, match: { vlan: [2000-2099], ${match} } }`,
    ];
  });
  return [
    'version: 1',
    `recipient: { provider: aws, region: ${region}, account: "${RECIPIENT_ACCOUNT}" }`,
    'limits: { acceptsPerRun: 1000 }',
    'owners:',
    ...owners,
    'hold:',
    '  - { vlan: [4000-4094], reason: spare }',
    '  - { name: ["bad-*"] }',
    '',
  ].join('\n');
}

export function compileOrThrow(text: string, target: string): CompiledPolicy {
  const result = compilePolicy({ file: `${target}.yaml`, text });
  if (!result.ok) throw new Error(result.errors.map(formatDiagnostic).join('\n'));
  return result;
}

/** The recipient's account, whose keys every side has. */
export const RECIPIENT_ACCOUNT = '012345678901';

/** Numbers of resources in each region of the emulated provider. */
export interface Population {
  readonly regions: readonly string[];
  readonly owners: number;
  readonly connectionsPerOwner: number;
  readonly gateways: number;
  readonly available: number;
  readonly confirming: number;
}

const amount = integerBetween(0, 1_000_000);

/** Input of the emulator's process: its resources, and the latency of its answers in milliseconds. */
export const readFilling = looseObject<{ population: Population; latency: number }>({
  population: looseObject<Population>({
    regions: list(text),
    owners: amount,
    connectionsPerOwner: amount,
    gateways: amount,
    available: amount,
    confirming: amount,
  }),
  latency: amount,
});

/** A connection of a region, with its owner's gateway and ASN. */
export interface ConnectionOf {
  readonly id: string;
  readonly owner: number;
  readonly account: string;
  readonly gateway: string;
  readonly asn: number;
}

/** All connections of a region, assigned to owners in turn. */
export function connectionsOf(population: Population, region: number): ConnectionOf[] {
  const { owners, connectionsPerOwner } = population;
  const count = owners * connectionsPerOwner;
  return Array.from({ length: count }, (_, i) => {
    const owner = i % owners;
    return {
      id: `dxcon-${(region * count + i).toString(36).padStart(8, '0')}`,
      owner,
      account: String(200_000_000_000 + owner),
      gateway: gatewayIdOf(population, region, owner),
      asn: 65_000 + (owner % 500),
    };
  });
}

/** @param n modulo the number of gateways: owners share them */
export function gatewayIdOf({ gateways }: Population, region: number, n: number): string {
  return `vgw-${(region * gateways + (n % gateways)).toString(16).padStart(17, '0')}`;
}

export function ownerName(owner: number): string {
  return `owner-${String(owner).padStart(5, '0')}`;
}
