import { readFileSync } from 'node:fs';
import { InvalidInput } from './decoders.ts';
import { DIALECT_NAMES } from './dialects.ts';
import type { EmulatorOptions } from './emulator.ts';
import { codeOf, FLAGS, type FlagName, FlagRefused, type FlagValues } from './flags.ts';
import { MAX_LATENCY_MS } from './options.ts';
import { readScenario, type Scenario } from './scenario.ts';

/** Reads the flags, and the file of the scenario. Throws `FlagRefused`. */
export function readFlags({ port, host, dialect, scenario, latency }: FlagValues): EmulatorOptions {
  return {
    port: readPort(port ?? fallbackOf('port')),
    host: readHost(host ?? fallbackOf('host')),
    ...(dialect === undefined ? {} : { dialect: readDialect(dialect) }),
    ...(latency === undefined ? {} : { latency: readLatency(latency) }),
    ...(scenario === undefined ? {} : { scenario: readScenarioFile(scenario) }),
  };
}

function fallbackOf(name: FlagName): string {
  return FLAGS.find((flag) => flag.name === name)?.fallback ?? '';
}

function readPort(port: string): number {
  if (/^\d{1,5}$/.test(port) && Number(port) <= 65_535) return Number(port);
  throw new FlagRefused(`--port must be a number from 0 to 65535, got \`${port}\``);
}

function readHost(host: string): string {
  // An empty host would listen on every address.
  if (/^[\w.:-]+$/.test(host)) return host;
  throw new FlagRefused(`--host must be an address such as 127.0.0.1 or 0.0.0.0, or a name, got \`${host}\``);
}

function readDialect(name: string) {
  const dialect = DIALECT_NAMES.find((known) => known === name);
  if (dialect !== undefined) return dialect;
  const known = DIALECT_NAMES.map((one) => `\`${one}\``).join(' or ');
  throw new FlagRefused(`--dialect must be ${known}, got \`${name}\``);
}

function readLatency(text: string): number {
  const milliseconds = Number(text);
  if (/^\d+$/.test(text) && milliseconds <= MAX_LATENCY_MS) return milliseconds;
  const expected = `a number of milliseconds from 0 to ${MAX_LATENCY_MS}`;
  throw new FlagRefused(`--latency must be ${expected}, got \`${text}\``);
}

function readScenarioFile(path: string): Scenario {
  const text = readText(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // No cause: a parser's message quotes the file, which may contain BGP keys.
    throw new FlagRefused(`scenario \`${path}\` is not JSON; docs/emulator.md describes the format`);
  }
  try {
    return readScenario(value);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new FlagRefused(`scenario \`${path}\`: ${error.message}`, { cause: error });
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const code = codeOf(cause);
    const fix = code === 'ENOENT' ? 'there is no such file; check its path' : 'name a file that you may read';
    throw new FlagRefused(`scenario \`${path}\` cannot be read (${code}): ${fix}`, { cause });
  }
}
