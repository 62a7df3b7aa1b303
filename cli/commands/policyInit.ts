import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { connect, REQUEST_TIMEOUT_MS } from '../../adapters/connect.ts';
import { PROVIDER_APIS } from '../../adapters/directconnect/directConnect.ts';
import { describeFileError, makeFolder, readErrorCode } from '../../adapters/fileSystem.ts';
import { isForeignGateway, PROVIDERS, type Provider } from '../../core/model.ts';
import { ACCOUNT } from '../../core/resourceIds.ts';
import { type ConnectOptions, readEndpoints } from '../connectTarget.ts';
import { EXIT, type ExitCode, UsageError } from '../options.ts';
import { personalCredentials } from '../personalCredentials.ts';
import { scaffoldPolicy, schemaComment } from '../scaffoldPolicy.ts';

export interface InitOptions extends ConnectOptions {
  readonly provider: string;
  readonly region: string;
  readonly account?: string;
  readonly output?: string;
}

/** `policy init`: a first policy from what the account shows. Never writes over a file. */
export async function policyInit(options: InitOptions): Promise<ExitCode> {
  const provider = PROVIDERS.find((candidate) => candidate === options.provider);
  if (provider === undefined)
    throw new UsageError(`--provider must be \`outscale\` or \`aws\`, got \`${options.provider}\``);
  const shown = await show(provider, options);
  // Nobody knows where standard output goes.
  if (options.output === undefined) process.stdout.write(scaffoldPolicy(shown, null));
  else await writeNew(options.output, (path) => scaffoldPolicy(shown, schemaComment(path)));
  return EXIT.done;
}

async function show(provider: Provider, options: InitOptions): Promise<Parameters<typeof scaffoldPolicy>[0]> {
  const { region, account: given } = options;
  if (given !== undefined && !ACCOUNT.test(given))
    throw new UsageError(`--account must be 12 digits, got \`${given}\``);
  const credentials = personalCredentials(provider, options.profile ?? null, process.env);
  const place = { provider, region };
  const connected = connect(place, credentials, readEndpoints(options, place), REQUEST_TIMEOUT_MS);
  try {
    const account = (await connected.caller.account()) ?? given;
    if (account === undefined)
      throw new UsageError(
        '--account is mandatory on outscale, which does not tell it: give the 12 digits of the recipient',
      );
    if (given !== undefined && given !== account) {
      throw new UsageError(
        `--account is \`${given}\`, and the credentials are of \`${account}\`; use the recipient's`,
      );
    }
    const interfaces = await connected.directConnect.list();
    const shown = await connected.gateways.list(PROVIDER_APIS[provider].gatewayKinds);
    const gateways = shown.filter((gateway) => !isForeignGateway(gateway, { provider, region, account }));
    return { recipient: { provider, region, account }, interfaces, gateways };
  } finally {
    connected.close();
  }
}

async function writeNew(path: string, text: (path: string) => string): Promise<void> {
  try {
    await makeFolder(dirname(path));
  } catch (cause) {
    throw new UsageError(`\`${path}\` cannot be written ${describeFileError(cause)}`, { cause });
  }
  try {
    await writeFile(path, text(path), { flag: 'wx' });
  } catch (cause) {
    throw new UsageError(
      readErrorCode(cause) === 'EEXIST'
        ? `\`${path}\` exists already; name another file`
        : `\`${path}\` cannot be written ${describeFileError(cause)}`,
      { cause },
    );
  }
  process.stderr.write(
    `wrote ${path}: its owners are comments and it is frozen, so it accepts nothing; read what it says and edit it, then \`policy check\`\n`,
  );
}
