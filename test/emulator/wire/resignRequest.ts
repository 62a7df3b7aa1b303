import { DirectConnectClient } from '@aws-sdk/client-direct-connect';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Service } from '../../../emulator/dialects.ts';
import { IDS } from './callVariant.ts';
import type { Recording } from './recordingFiles.ts';

const { sha256 } = new DirectConnectClient({ region: 'eu-west-2' }).config;

/** The same request with another body, signed as by its client. */
export async function withBody(recording: Recording, service: Service, body: string): Promise<Recording> {
  const { 'content-type': type = '', 'x-amz-target': target, host = '' } = recording.headers;
  const signer = new SignatureV4({
    credentials: { accessKeyId: IDS.account, secretAccessKey: 'secret' },
    region: 'eu-west-2',
    service,
    sha256,
  });
  const { headers } = await signer.sign(
    new HttpRequest({
      method: 'POST',
      path: '/',
      hostname: host,
      headers: { host, 'content-type': type, ...(target === undefined ? {} : { 'x-amz-target': target }) },
      body,
    }),
  );
  return { ...recording, headers, body };
}
