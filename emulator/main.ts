import { parseArgs } from 'node:util';
import { conformance } from './conformance/run.ts';
import { codeOf, FLAGS, FlagRefused } from './flags.ts';
import { describeControls, describeStart, describeUse, serve } from './serve.ts';

/** Exit code for wrong usage. */
const USAGE = 2;

/** The command line of the package. @returns its exit code */
export async function main(args: readonly string[], version: string): Promise<number> {
  try {
    if (args[0] === 'conformance') {
      return await conformance(args.slice(1), (text) => process.stdout.write(text));
    }
    const { help, version: isVersionAsked, ...flags } = parse(args);
    if (help === true) process.stdout.write(HELP);
    else if (isVersionAsked === true) process.stdout.write(`${version}\n`);
    else
      await serve(flags, (started) =>
        [describeStart, describeUse, describeControls].map((say) => say(started)).join('\n'),
      );
    return 0;
  } catch (error) {
    if (!(error instanceof FlagRefused)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    return USAGE;
  }
}

function parse(args: readonly string[]) {
  try {
    const text = { type: 'string' } as const;
    const flag = { type: 'boolean' } as const;
    const options = { port: text, host: text, dialect: text, scenario: text, latency: text };
    return parseArgs({ args: [...args], options: { ...options, help: flag, version: flag } }).values;
  } catch (error) {
    if (!codeOf(error).startsWith('ERR_PARSE_ARGS_')) throw error;
    const { message } = error instanceof Error ? error : { message: '' };
    throw new FlagRefused(`${message}; --help lists the options`, { cause: error });
  }
}

const WIDTH = 20;
const HELP = `Usage: hosted-vif-emulator [options]
       hosted-vif-emulator conformance --endpoint <URL> [options]

Emulates 3DS OUTSCALE DirectLink (with FCU), or AWS Direct Connect (with EC2 and STS), until a signal stops it.
\`conformance\` runs a story of calls against this or another implementation; \`conformance --help\` lists its options.

Options:
${[
  ...FLAGS.map(({ name, value, help, fallback }) => [
    `--${name} <${value}>`,
    fallback === null ? help : `${help} (default: ${fallback})`,
  ]),
  ['--version', 'print the version'],
  ['--help', 'print this text'],
]
  .map(([flag = '', help = '']) => `  ${flag.padEnd(WIDTH)}${help}`)
  .join('\n')}
`;
