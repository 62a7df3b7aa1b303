import { PROVIDER_TRAITS } from '../../core/providers.ts';
import type { Emulator } from '../../emulator/emulator.ts';
import { FlagRefused, type FlagValues } from '../../emulator/flags.ts';
import { describeControls, describeStart, describeUse, serve } from '../../emulator/serve.ts';
import { COMMAND } from '../../language/commandText.ts';
import { EXIT, type ExitCode, UsageError } from '../options.ts';

/** `simulate`: runs the emulator until a signal stops it. */
export async function simulate(flags: FlagValues): Promise<ExitCode> {
  try {
    await serve(flags, describeEmulator);
  } catch (error) {
    if (!(error instanceof FlagRefused)) throw error;
    throw new UsageError(error.message, { cause: error });
  }
  return EXIT.done;
}

/** The banner with example commands. */
function describeEmulator(emulator: Emulator): string {
  const { url, dialect } = emulator;
  const onAws = PROVIDER_TRAITS[dialect].usesAwsConfiguration
    ? '     (on aws: AWS_ACCESS_KEY_ID=012345678901 …)'
    : '';
  return `${describeStart(emulator)}
${describeUse(emulator)}
As the recipient:

  export OSC_ACCESS_KEY=012345678901 OSC_SECRET_KEY=secret${onAws}
  ${COMMAND} policy init --provider ${dialect} --region eu-west-2 --account 012345678901 --endpoint ${url}
  ${COMMAND} plan --endpoint ${url}

${describeControls(emulator)}
NOTE: \`run\`, \`status\` and \`doctor\` use the clock of this machine. When you move the emulator's clock, requests expire in the
emulator, but the expiry times that these commands show do not change. In the demo (\`npm start\` in a checkout) both clocks move.
`;
}
