import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { connectTo } from '../support/apiClients.ts';
import { json, type Received, type Reply, startApi, xml } from '../support/apiServer.ts';
import { type CommandResult, folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD } from '../support/cloud.ts';
import { HARMLESS_NAMES, LINK, MALICIOUS_NAMES, MISLEADING } from '../support/maliciousNames.ts';

const POLICY = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }
`;

const ASKED = { virtualInterfaceState: 'confirming', virtualInterfaceType: 'private' };

/** An endpoint that returns these texts in every text field of requests, live interfaces and gateways. */
function lying(texts: readonly string[]): (request: Received) => Reply {
  const interfaces = texts.flatMap((text, i) => [
    item(i, text, { virtualInterfaceState: 'confirming' }),
    item(i + 100, text, { ...ASKED, ownerAccount: RECIPIENT_ACCOUNT }),
    item(i + 500, text, { ...ASKED, connectionId: ACME_1, ownerAccount: RECIPIENT_ACCOUNT }),
    item(i + 200, text, { virtualInterfaceId: text }),
    item(i + 300, text, {}),
    item(i + 400, text, { connectionId: ACME_1, ownerAccount: RECIPIENT_ACCOUNT, virtualGatewayId: PROD }),
  ]);
  const gateways = [
    `<item><vpnGatewayId>${PROD}</vpnGatewayId><state>${escaped(texts[0] ?? '')}</state></item>`,
  ];
  for (const text of texts) gateways.push(gateway(escaped(text)));
  return ({ operation }) => {
    switch (operation) {
      case 'DescribeVirtualInterfaces':
        return json({ virtualInterfaces: interfaces });
      case 'DescribeConnections':
        return json({ connections: [{ connectionId: 'dxcon-ours' }] });
      case 'DescribeVpnGateways':
        return xml(
          `<DescribeVpnGatewaysResponse><vpnGatewaySet>${gateways.join('')}</vpnGatewaySet></DescribeVpnGatewaysResponse>`,
        );
      default:
        return json({ __type: texts[0], message: texts[1] }, 400);
    }
  };
}

function item(i: number, text: string, known: object): object {
  return {
    virtualInterfaceId: `dxvif-${i}`,
    virtualInterfaceState: text,
    virtualInterfaceType: text,
    virtualInterfaceName: text,
    ownerAccount: text,
    connectionId: text,
    location: text,
    vlan: i + 1,
    asn: 65010,
    amazonAddress: text,
    customerAddress: text,
    virtualGatewayId: '',
    ...known,
  };
}

function gateway(text: string): string {
  const attachment = `<item><vpcId>${text}</vpcId><state>attached</state></item>`;
  return `<item><vpnGatewayId>${text}</vpnGatewayId><state>${text}</state><attachments>${attachment}</attachments></item>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);
}

async function typed(texts: readonly string[], ...command: string[]): Promise<CommandResult> {
  const api = await startApi(lying(texts));
  const dir = folderWith({ 'policy/hub.yaml': POLICY });
  const ended = await runCli(dir, [...command, '--endpoint', api.url, '--gateway-endpoint', api.url]);
  await api.close();
  return ended;
}

/** The output without progress lines, which depend on the speed of the machine. */
function textOf({ stdout, stderr }: CommandResult): string {
  return `${stdout}${stderr}`.replace(/^.* … \(\d+ s\)\n/gm, '');
}

describe('the answer of a hostile endpoint', () => {
  it.each([
    [['plan', '--ledger', 'l.json']],
    [['status', '--ledger', 'l.json']],
    [['doctor', '--ledger', 'l.json']],
    [['policy', 'init', '--provider', 'outscale', '--region', 'eu-west-2', '--account', RECIPIENT_ACCOUNT]],
  ])('contains no control characters and no link, and adds no line to the output of %j', async (command) => {
    const output = textOf(
      await typed(
        MALICIOUS_NAMES.map(([, text]) => text),
        ...command,
      ),
    );
    const tame = textOf(await typed(HARMLESS_NAMES, ...command));
    expect(output).toContain('owned');
    expect(output.match(MISLEADING)).toBeNull();
    expect(output.match(LINK)).toBeNull();
    expect(output.split('\n')).toHaveLength(tame.split('\n').length);
  });

  it('adds no key to a first policy', async () => {
    const command = [
      'policy',
      'init',
      '--provider',
      'outscale',
      '--region',
      'eu-west-2',
      '--account',
      RECIPIENT_ACCOUNT,
    ];
    const output = await typed(
      MALICIOUS_NAMES.map(([, text]) => text),
      ...command,
    );
    expect(output.stdout).toContain('freeze: false');
    expect(parse(output.stdout)).toMatchObject({ freeze: true });
    expect(Object.keys(parse(output.stdout))).toEqual(['version', 'recipient', 'freeze', 'owners']);
  });

  it.each(MALICIOUS_NAMES)(
    'is reported as an error in one line, escaped, when it contains %s',
    async (_, text) => {
      const { directConnect } = await connectTo('outscale', () => json({ __type: text, message: text }, 400));
      const message = String(await directConnect.list().catch((error: unknown) => error));
      expect(message).toContain('DescribeVirtualInterfaces failed');
      expect(message.match(/\n/)).toBeNull();
      expect(message.match(MISLEADING)).toBeNull();
      expect(message.match(LINK)).toBeNull();
    },
  );
});
