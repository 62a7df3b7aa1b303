import {
  ConfirmPrivateVirtualInterfaceCommand,
  CreateDirectConnectGatewayCommand,
  DescribeDirectConnectGatewayAttachmentsCommand,
} from '@aws-sdk/client-direct-connect';
import { describe, expect, it } from 'vitest';
import {
  adminRequest,
  directConnect,
  offerInterface,
  RECIPIENT,
  startTestEmulator,
} from './emulatorClients.ts';

describe('a word that every object has as a property', () => {
  it('is no header that a signature covers', async () => {
    const { url } = await startTestEmulator({ dialect: 'aws' });
    const credential = `${RECIPIENT}/20261101/eu-west-2/directconnect/aws4_request`;
    const names = 'constructor;host;x-amz-date;x-amz-target';
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${'0'.repeat(64)}`,
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-date': '20261101T000000Z',
        'x-amz-target': 'OvertureService.DescribeVirtualInterfaces',
      },
      body: '{}',
    });
    const answer: unknown = await response.json();
    expect({ status: response.status, answer }).toMatchObject({
      status: 403,
      answer: { __type: 'SignatureDoesNotMatch' },
    });
  });

  it('is a state of an interface like others', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const client = directConnect(simulator, RECIPIENT);
    const { directConnectGateway } = await client.send(
      new CreateDirectConnectGatewayCommand({ directConnectGatewayName: 'hub' }),
    );
    const virtualInterfaceId = await offerInterface(simulator);
    const directConnectGatewayId = directConnectGateway?.directConnectGatewayId;
    await client.send(
      new ConfirmPrivateVirtualInterfaceCommand({ virtualInterfaceId, directConnectGatewayId }),
    );
    await adminRequest(simulator, 'POST', `interfaces/${virtualInterfaceId}`, { state: 'constructor' });
    const { directConnectGatewayAttachments } = await client.send(
      new DescribeDirectConnectGatewayAttachmentsCommand({ virtualInterfaceId }),
    );
    expect(directConnectGatewayAttachments).toMatchObject([{ attachmentState: 'attached' }]);
  });
});
