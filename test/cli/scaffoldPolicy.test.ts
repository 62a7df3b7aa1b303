import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { scaffoldPolicy } from '../../cli/scaffoldPolicy.ts';
import type { Gateway, VirtualInterface } from '../../core/model.ts';
import { aGateway, aVif, CONNECTION, RECIPIENT_ACCOUNT, VGW } from '../support/builders.ts';

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
  const named = lines().filter((line) => /dxvif-0000000.*VLAN/.test(line));
  expect(named).toHaveLength(NAMES.length);
  expect(named.filter((line) => !line.startsWith('#   '))).toEqual([]);
});

/** The owners of a first policy with their drafts uncommented, and the text of these comments. */
function draftedOwners(interfaces: readonly VirtualInterface[], gateways: readonly Gateway[]) {
  const recipient = { provider: 'aws', region: 'us-east-1', account: RECIPIENT_ACCOUNT } as const;
  const text = scaffoldPolicy({ recipient, interfaces, gateways }, null);
  const drafts = text.slice(text.indexOf('\nowners:\n') + '\nowners:\n'.length);
  return { owners: () => parse(drafts.replaceAll(/^#/gm, '')), drafts };
}

const hub = (id: string) => aGateway({ id, kind: 'directConnect', attachedVpcs: [] });
const [HUB_1, HUB_2] = ['11111111-2222-4333-8444-555555555555', '22222222-3333-4444-8555-666666666666'];

it('a first policy treats each connection as shared, and allows only the interfaces that are on it', () => {
  const interfaces = [
    aVif({ id: 'dxvif-2' }),
    aVif({ id: 'dxvif-1', state: 'available', gateway: VGW.lab }),
    aVif({ id: 'dxvif-3', connection: CONNECTION.other }),
    aVif({ id: 'dxvif-4', state: 'deleted' }),
    aVif({ id: 'dxvif-5', type: 'public' }),
    aVif({ id: '(item 1 of the listing)' }),
  ];
  const { owners, drafts } = draftedOwners(interfaces, [aGateway(), aGateway({ id: VGW.lab })]);
  const draft = (connection: string, gateway: string, ...id: string[]) => ({
    sharedConnections: [connection],
    grants: { private: { gateway, match: { id } } },
  });
  expect(owners()).toEqual({
    'owner-1': draft(CONNECTION.owner, VGW.lab, 'dxvif-1', 'dxvif-2'),
    'owner-2': draft(CONNECTION.other, VGW.prod, 'dxvif-3'),
  });
  // The exclusive form is a comment in the draft.
  const [, ...alternatives] = drafts
    .split(/^## {3}Only.*\n/m)
    .map((part) => part.split(/^# {2}\w/m)[0] ?? '');
  expect(alternatives.map((part) => parse(part.replaceAll(/^##/gm, '')))).toEqual([
    { connections: [CONNECTION.owner], grants: { private: { gateway: VGW.lab } } },
    { connections: [CONNECTION.other], grants: { private: { gateway: VGW.prod } } },
  ]);
});

it('a first policy drafts a grant for transit interfaces, with a Direct Connect gateway that serves no other type', () => {
  const transit = aVif({ id: 'dxvif-1', type: 'transit' });
  const others = [aVif({ id: 'dxvif-2', state: 'available', gateway: HUB_1 })];
  const requests = [transit, aVif({ id: 'dxvif-2' })];
  expect(draftedOwners(requests, [hub(HUB_1), aGateway()]).owners()).toMatchObject({
    'owner-1': { grants: { private: { gateway: VGW.prod }, transit: { gateway: HUB_1 } } },
  });
  expect(draftedOwners([transit, ...others], [aGateway(), hub(HUB_1), hub(HUB_2)]).owners()).toEqual({
    'owner-1': {
      sharedConnections: [CONNECTION.owner],
      grants: {
        private: { gateway: HUB_1, match: { id: ['dxvif-2'] } },
        transit: { type: 'transit', gateway: HUB_2, match: { id: ['dxvif-1'] } },
      },
    },
  });
  const { drafts } = draftedOwners([transit], [aGateway()]);
  expect(drafts).not.toMatch(/^# {2}owner-1:/m);
});
