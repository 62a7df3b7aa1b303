import { type CompiledPolicy, compilePolicy, formatFault } from '../../language/index.ts';
import { type ConnectionOf, ownerName, US } from './population.ts';

/** A policy that allows everything on these connections, and each owner more than it asks for. */
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
    `recipient: { provider: aws, region: ${region}, account: "${US}" }`,
    'limits: { acceptsPerPass: 1000 }',
    'owners:',
    ...owners,
    'hold:',
    '  - { vlan: [4000-4094], reason: spare }',
    '  - { name: ["bad-*"] }',
    '',
  ].join('\n');
}

export function compiled(text: string, target: string): CompiledPolicy {
  const result = compilePolicy({ file: `${target}.yaml`, text });
  if (!result.ok) throw new Error(result.faults.map(formatFault).join('\n'));
  return result;
}
