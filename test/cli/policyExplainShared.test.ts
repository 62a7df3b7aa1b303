import { describe, expect, it } from 'vitest';
import { folderWith, runCli } from '../support/cli.ts';
import { OUTSCALE_ITEM } from '../support/wireItems.ts';

const POLICY = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "012345678901" }
owners:
  acme:
    connections: [dxcon-11111111]
    sharedConnections: [dxcon-33333333]
    grants:
      own: { gateway: vgw-12345678, match: { connection: [dxcon-11111111] } }
      berlin: { gateway: vgw-12345678, match: { id: [dxvif-9], vlan: [7] } }
  beta:
    sharedConnections: [dxcon-33333333]
    grants:
      paris: { gateway: vgw-12345678, match: { bgpKey: "sha256:${'3f'.repeat(32)}" } }
`;

async function explained(item: object) {
  const dir = folderWith({ 'policy/hub.yaml': POLICY, 'request.json': JSON.stringify(item) });
  const asked = ['policy', 'explain', 'policy/hub.yaml', '--request', 'request.json'];
  const [text, document] = await Promise.all([runCli(dir, asked), runCli(dir, [...asked, '--json'])]);
  return { text: text.stdout, ...JSON.parse(document.stdout) };
}

const SHARED = { ...OUTSCALE_ITEM, connectionId: 'dxcon-33333333' };

describe('policy explain on a shared connection', () => {
  it('shows the pins of all its owners if none identifies the requester, with every field', async () => {
    const { requester, grants, pins, text } = await explained(SHARED);
    expect(requester).toMatchObject({ owner: null, similar: [] });
    expect(grants).toEqual([]);
    expect(pins).toMatchObject([
      {
        owner: 'acme',
        name: 'berlin',
        fits: 'no',
        fields: [
          { field: 'id', verdict: 'no' },
          { field: 'vlan', verdict: 'no' },
        ],
      },
      { owner: 'beta', name: 'paris', fits: 'no', fields: [{ field: 'bgpKey', verdict: 'no' }] },
    ]);
    expect(text).toContain('acme.berlin');
    expect(text).toContain('beta.paris');
    expect(text).not.toContain('acme.own');
  });

  it('shows the grants of the owner that a pin identifies, and which of them do not apply there', async () => {
    const { requester, grants, pins } = await explained({
      ...SHARED,
      virtualInterfaceId: 'dxvif-9',
      vlan: 7,
    });
    expect(requester).toMatchObject({ owner: 'acme' });
    expect(grants).toMatchObject([
      { name: 'berlin', applies: true, fits: 'yes', decides: true },
      { name: 'own', applies: false, decides: false },
    ]);
    expect(pins).toEqual([]);
  });

  it('compares an unknown connection with shared ones too', async () => {
    const { requester, pins } = await explained({ ...OUTSCALE_ITEM, connectionId: 'dxcon-33333334' });
    expect(requester.similar).toContainEqual({ connection: 'dxcon-33333333', owner: 'beta' });
    expect(pins).toEqual([]);
  });
});
