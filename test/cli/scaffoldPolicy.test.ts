import { expect, it } from 'vitest';
import { scaffoldPolicy } from '../../cli/commands/policyInit.ts';
import { aGateway, aVif, RECIPIENT_ACCOUNT } from '../support/builders.ts';

const DX_GATEWAY = '7c1b9e2a-5d34-4f60-9a11-0c2d3e4f5a6b';
const NAMES = ['x'.repeat(100), 'a/b', '#1', 'a: b', ' a ', '- a', "it's", 'a\nb'];

function lines(): string[] {
  const text = scaffoldPolicy(
    {
      recipient: { provider: 'aws', region: 'us-east-1', account: RECIPIENT_ACCOUNT },
      interfaces: NAMES.map((name, i) => aVif({ id: `dxvif-0000000${i}`, name })),
      gateways: [
        aGateway({ id: DX_GATEWAY, kind: 'directConnect', attachedVpcs: [] }),
        aGateway({ attachedVpcs: [] }),
      ],
    },
    null,
  );
  return text.split('\n');
}

it('a first policy marks a Direct Connect gateway as such, because it needs no VPC', () => {
  const noted = lines().filter((line) => line.startsWith('#   ') && /available/.test(line));
  expect(noted).toEqual([
    expect.stringMatching(`${DX_GATEWAY}  available  Direct Connect gateway$`),
    expect.stringMatching(/vgw-\w+ {2}available {2}no VPC$/),
  ]);
});

it('a name with any characters stays inside of its comment', () => {
  const named = lines().filter((line) => line.includes('dxvif-0000000'));
  expect(named).toHaveLength(NAMES.length);
  expect(named.filter((line) => !line.startsWith('#   '))).toEqual([]);
});
