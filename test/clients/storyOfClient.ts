import { onTestFinished } from 'vitest';
import {
  EMULATED_ACCOUNTS,
  type Implementation,
  runStory,
  type StepResult,
} from '../../emulator/conformance/runStory.ts';
import { HOSTED_INTERFACES } from '../../emulator/conformance/story.ts';
import { type DialectName, type Emulator, startEmulator } from '../../emulator/emulator.ts';

const REGION = 'eu-west-2';

/** Runs the conformance story on an emulator of the dialect, with calls by a client. @returns the steps that are not as expected */
export async function runStoryOfClient(
  dialect: DialectName,
  callService: NonNullable<Implementation['callService']>,
): Promise<readonly StepResult[]> {
  const { url } = await startEmulatorForClient(dialect);
  const results = await runStory(HOSTED_INTERFACES, {
    endpoints: { directconnect: url, ec2: url, sts: url },
    region: REGION,
    dialect,
    accounts: EMULATED_ACCOUNTS,
    patience: 0,
    callService,
  });
  return results.filter(({ result }) => result.kind !== 'ok');
}

/** Starts an emulator that is closed after the test. */
export async function startEmulatorForClient(dialect: DialectName): Promise<Emulator> {
  const emulator = await startEmulator({ dialect });
  onTestFinished(() => emulator.close());
  return emulator;
}
