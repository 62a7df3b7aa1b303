import type { InProcessEmulator } from '../../../emulator/emulator.ts';
import { recordingsOf } from './recordingFiles.ts';
import { replayRecording } from './replayRecording.ts';
import { withBody } from './resignRequest.ts';

/** Calls the operation, which the SDK does not have, as the account of the recordings. */
export async function listRoutes(simulation: InProcessEmulator, input: object) {
  const [recording] = recordingsOf('DescribeVirtualInterfaces');
  if (recording === undefined) throw new Error('it is not recorded');
  const headers = { ...recording.headers, 'x-amz-target': 'OvertureService.ListVirtualInterfaceRoutes' };
  const sent = await withBody({ ...recording, headers }, 'directconnect', JSON.stringify(input));
  const { status, body } = replayRecording(simulation, sent);
  return { status, answer: JSON.parse(body) };
}
