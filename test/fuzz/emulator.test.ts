import { request as send } from 'node:http';
import { DirectConnectClient } from '@aws-sdk/client-direct-connect';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createInProcessEmulator,
  type InProcessEmulator,
  InvalidInput,
  type Request,
  readScenario,
  ScenarioRefused,
  startEmulator,
} from '../../emulator/emulator.ts';
import demo from '../../examples/scenarios/demo.json' with { type: 'json' };
import { RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { expectSome, fuzzTarget, LONG } from './fuzzTarget.ts';
import { maliciousJson, maliciousText, mutateText, replaceValues, TOKENS } from './mutations.ts';

const emulator = fuzzTarget("the emulator's requests");
const credentials = { accessKeyId: RECIPIENT_ACCOUNT, secretAccessKey: 'secret' };
const { config } = new DirectConnectClient({ region: 'eu-west-2', credentials });

/** A call with any body, signed like an SDK does. */
async function signed(service: string, headers: Record<string, string>, body: string): Promise<Request> {
  const signer = new SignatureV4({ credentials, region: 'eu-west-2', service, sha256: config.sha256 });
  const all = { host: 'localhost', ...headers };
  const request = new HttpRequest({ method: 'POST', hostname: 'localhost', path: '/', headers: all, body });
  const { headers: with_ } = await signer.sign(request);
  return { method: 'POST', target: '/', headers: with_, body: Buffer.from(body) };
}

/** Checks that an answer is not an internal error of the emulator. */
function expectAnswer(simulation: InProcessEmulator, request: Request): string {
  const reply = simulation.handle(request);
  if (reply.kind !== 'response') return reply.kind;
  expect(reply.body).not.toContain('the emulator failed');
  expect(reply.status).toBeLessThan(500);
  return reply.status === 200 ? 'answered' : 'refused';
}

const INPUTS: readonly [string, object][] = [
  ['DescribeVirtualInterfaces', { virtualInterfaceId: 'dxvif-1', maxResults: 10, nextToken: 'x' }],
  ['DescribeConnections', { connectionId: 'dxcon-1a2b3c4d' }],
  ['ConfirmPrivateVirtualInterface', { virtualInterfaceId: 'dxvif-1', virtualGatewayId: 'vgw-12345678' }],
  [
    'CreateConnection',
    { location: 'PAR1', bandwidth: '1Gbps', connectionName: 'n', tags: [{ key: 'k', value: 'v' }] },
  ],
  [
    'AllocatePrivateVirtualInterface',
    {
      connectionId: 'dxcon-1a2b3c4d',
      ownerAccount: RECIPIENT_ACCOUNT,
      newPrivateVirtualInterfaceAllocation: {
        virtualInterfaceName: 'n',
        vlan: 101,
        asn: 65010,
        authKey: 'x',
      },
    },
  ],
];
const FORMS = [
  'Action=DescribeVpnGateways&Version=2016-11-15&Filter.1.Name=state&Filter.1.Value.1=available',
  'Action=CreateVpnGateway&Version=2016-11-15&Type=ipsec.1&AmazonSideAsn=64600',
  'Action=DescribeRouteTables&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1&MaxResults=5&NextToken=x',
  'Action=AttachVpnGateway&VpnGatewayId=vgw-12345678&VpcId=vpc-1a2b3c4d&DryRun=false',
];

describe('the emulator answers any call with a valid answer of its API:', () => {
  const start = (): InProcessEmulator =>
    createInProcessEmulator({ dialect: 'aws' }, readScenario({ ...demo, options: {} }));

  it('a body of Direct Connect', LONG, async () => {
    const bodies = fc
      .constantFrom(...INPUTS)
      .chain(([operation, input]) =>
        fc
          .oneof(
            replaceValues(input),
            mutateText(JSON.stringify(input), TOKENS.json, maliciousJson),
            maliciousJson,
            fc.constant(JSON.stringify(input)),
          )
          .map((body) => ({ operation, body })),
      );
    const simulation = start();
    const seen = await emulator.fuzz(250, bodies, async ({ operation, body }) => {
      const headers = {
        'x-amz-target': `OvertureService.${operation}`,
        'content-type': 'application/x-amz-json-1.1',
      };
      return expectAnswer(simulation, await signed('directconnect', headers, body.toWellFormed()));
    });
    expectSome(seen, 'answered', 'refused');
  });

  it('a form of EC2', LONG, async () => {
    const pieces = fc.oneof(
      maliciousText,
      fc.constantFrom('.', '&', '=', 'Filter.1', '99999999999', '.1.1.1.1.1.1.1.1.1'),
    );
    const forms = fc.constantFrom(...FORMS).chain((form) => mutateText(form, /[\w-]+|[\s\S]/g, pieces));
    const simulation = start();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const seen = await emulator.fuzz(200, forms, async (form) =>
      expectAnswer(simulation, await signed('ec2', headers, form.toWellFormed())),
    );
    expectSome(seen, 'answered', 'refused');
  });

  it('an admin request', LONG, async () => {
    const steering: readonly [string, object][] = [
      ['clock', { advance: 'PT6H' }],
      ['faults', { kind: 'throttle', operation: 'DescribeConnections', times: 2, after: 1 }],
      ['interfaces/dxvif-1', { state: 'down' }],
      ['gateways/vgw-12345678', { state: 'deleting' }],
      ['reset', {}],
    ];
    const requests = fc.constantFrom(...steering).chain(([path, body]) =>
      fc.record({
        method: fc.constantFrom('POST', 'POST', 'GET', 'DELETE', 'PUT', 'constructor'),
        target: fc
          .oneof(fc.constant(path), maliciousText, fc.constantFrom('__proto__', 'clock/x', 'faults/'))
          .map((to) => `/_simulator/${to}`),
        headers: fc.constant({}),
        body: fc
          .oneof(
            fc.constant(JSON.stringify(body)),
            replaceValues({ ...body, more: 1 }),
            maliciousJson,
            maliciousText,
          )
          .map((text) => Buffer.from(text)),
      }),
    );
    const simulation = start();
    const seen = await emulator.fuzz(250, requests, (request) => expectAnswer(simulation, request));
    expectSome(seen, 'answered', 'refused');
  });

  it('a scenario, which is loaded or rejected', LONG, async () => {
    const scenarios = fc.oneof(replaceValues(demo), maliciousJson);
    const seen = await emulator.fuzz(250, scenarios, (text) => {
      try {
        const simulation = createInProcessEmulator({}, readScenario(JSON.parse(text)));
        return expectAnswer(simulation, {
          method: 'GET',
          target: '/_simulator/clock',
          headers: {},
          body: Buffer.from(''),
        });
      } catch (error) {
        if (!(error instanceof InvalidInput || error instanceof ScenarioRefused)) throw error;
        expect(error.message).not.toBe('');
        return 'refused';
      }
    });
    expectSome(seen, 'refused');
  });
});

describe('with any bytes at its port', () => {
  it('the emulator continues to answer', LONG, async () => {
    const simulator = await startEmulator();
    onTestFinished(() => simulator.close());
    const token = /^[!-~]+$/;
    const names = maliciousText.filter((text) => /^[\w-]{1,100}$/.test(text));
    const values = maliciousText.filter((text) => token.test(text));
    const requests = fc.record({
      method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'),
      path: fc.oneof(
        fc.constantFrom('/', '//', '/?a', '/_simulator/calls'),
        values.map((text) => `/${text}`),
      ),
      headers: fc.dictionary(
        fc.oneof(names, fc.constantFrom('authorization', 'x-amz-target', 'x-amz-date')),
        values,
      ),
      body: fc.oneof(maliciousText, maliciousJson, fc.constant('x'.repeat(1_500_000))),
      endsEarly: fc.boolean(),
    });
    await emulator.fuzz(100, requests, async ({ endsEarly, body, ...rest }) => {
      const status = await new Promise<number>((resolve) => {
        const request = send({ host: '127.0.0.1', port: simulator.port, ...rest }, (response) => {
          response.resume().on('end', () => resolve(response.statusCode ?? 0));
        });
        request.on('error', () => resolve(0));
        request.write(body);
        if (endsEarly) request.destroy();
        else request.end();
      });
      expect(status).toBeLessThan(500);
      return status === 0 ? 'hung up' : 'answered';
    });
    expect((await fetch(`${simulator.url}/_simulator/clock`)).status).toBe(200);
  });
});
