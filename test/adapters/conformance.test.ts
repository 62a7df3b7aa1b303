import { describe, expect, it } from 'vitest';
import type { Provider } from '../../core/model.ts';
import { CALLS } from '../emulator/wire/allCalls.ts';
import { IDS, SECOND_PAGE } from '../emulator/wire/callVariant.ts';
import { comparableRequest, recordingOf } from '../emulator/wire/recordingFiles.ts';
import { createRecordedWorld } from '../emulator/wire/replayRecording.ts';
import { type ApiClients, connectTo } from '../support/apiClients.ts';
import type { Received, Reply } from '../support/apiServer.ts';

const { request, gateway, hub, account } = IDS;

/** What a port sends, in the form of the recordings that it must equal. */
const SENT: readonly {
  readonly provider: Provider;
  readonly port: string;
  readonly use: (apis: ApiClients) => Promise<unknown>;
  readonly as: readonly string[];
}[] = [
  {
    provider: 'outscale',
    port: 'the listing, which asks for no page there',
    use: ({ directConnect }) => directConnect.list(),
    as: ['DescribeVirtualInterfaces: all'],
  },
  {
    provider: 'aws',
    port: 'the listing',
    use: ({ directConnect }) => directConnect.list(),
    as: ['DescribeVirtualInterfaces: a page'],
  },
  {
    provider: 'aws',
    port: 'a second read',
    use: ({ directConnect }) => directConnect.describe(request),
    as: ['DescribeVirtualInterfaces: one'],
  },
  {
    provider: 'outscale',
    port: 'the listing of our connections, which asks for no page there',
    use: ({ directConnect }) => directConnect.ownConnections(),
    as: ['DescribeConnections: all'],
  },
  {
    provider: 'aws',
    port: 'the listing of our connections',
    use: ({ directConnect }) => directConnect.ownConnections(),
    as: ['DescribeConnections: a page'],
  },
  {
    provider: 'outscale',
    port: 'a confirmation',
    use: ({ directConnect }) => directConnect.confirm('private', request, gateway),
    as: ['ConfirmPrivateVirtualInterface: for a virtual private gateway'],
  },
  {
    provider: 'aws',
    port: 'a confirmation for a Direct Connect gateway',
    use: ({ directConnect }) => directConnect.confirm('private', request, hub),
    as: ['ConfirmPrivateVirtualInterface: for a Direct Connect gateway'],
  },
  {
    provider: 'outscale',
    port: 'the listing of gateways',
    use: ({ gateways }) => gateways.list(new Set(['virtual'])),
    as: ['DescribeVpnGateways: all'],
  },
  {
    provider: 'aws',
    port: 'the listing of gateways of both kinds',
    use: ({ gateways }) => gateways.list(new Set(['virtual', 'directConnect'])),
    as: ['DescribeVpnGateways: all', 'DescribeDirectConnectGateways: all'],
  },
  {
    provider: 'aws',
    port: 'the question where a gateway leads, over two pages',
    use: ({ gateways }) => gateways.readRouting(gateway),
    as: [
      'DescribeVpnGateways: all',
      'DescribeRouteTables: those of a VPC',
      'DescribeRouteTables: the second page of those of a VPC',
    ],
  },
  {
    provider: 'aws',
    port: 'the question where a Direct Connect gateway leads',
    use: ({ gateways }) => gateways.readRouting(hub),
    as: ['DescribeDirectConnectGatewayAssociations: of a Direct Connect gateway'],
  },
  {
    provider: 'aws',
    port: 'the question what a Direct Connect gateway serves',
    use: ({ gateways }) => gateways.servedKinds(hub),
    as: ['DescribeDirectConnectGatewayAssociations: of a Direct Connect gateway'],
  },
  {
    provider: 'aws',
    port: 'the confirm of a transit interface',
    use: ({ directConnect }) => directConnect.confirm('transit', IDS.transitRequest, IDS.spareHub),
    as: ['ConfirmTransitVirtualInterface: for a Direct Connect gateway'],
  },
  {
    provider: 'aws',
    port: 'the question whose keys these are',
    use: async ({ caller }) => expect(await caller.account()).toBe(account),
    as: ['GetCallerIdentity: of an account'],
  },
];

describe('the adapters', () => {
  it.each(SENT)('send $port on $provider as the AWS CLI and the SDK do', async ({ provider, use, as }) => {
    const simulation = createRecordedWorld(provider);
    const apis = await connectTo(provider, (received): Reply => {
      const { method, path: target, body } = received;
      const reply = simulation.handle({
        method,
        target,
        headers: textsOf(received),
        body: Buffer.from(body),
      });
      if (reply.kind !== 'response') return { does: 'hang' };
      const { status, contentType: type } = reply;
      return {
        does: 'answer',
        status,
        type,
        body: received.body.includes('NextToken') ? reply.body : inPages(reply.body),
      };
    });
    await use(apis);
    expect(
      apis.received.map((received) => comparableRequest({ ...received, headers: textsOf(received) })),
    ).toEqual(
      as.map((name) => {
        const call = CALLS.find(({ operation, says }) => `${operation}: ${says}` === name);
        const recording = call && recordingOf(call, 'cli');
        return recording && comparableRequest(recording);
      }),
    );
  });
});

function textsOf({ headers }: Received): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

/** A VPC has one table in the emulator; the listing says that there are more. */
function inPages(body: string): string {
  const end = '</DescribeRouteTablesResponse>';
  return body.replace(end, `<nextToken>${SECOND_PAGE}</nextToken>${end}`);
}
