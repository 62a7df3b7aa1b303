import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describeFileError, readErrorCode, replaceFile } from '../../adapters/fileSystem.ts';
import { quoteTrusted } from '../../core/printableText.ts';
import { UsageError } from '../options.ts';
import { paintFor } from '../output/terminal.ts';
import { parseExposition, renderExposition } from './exposition.ts';
import { collectSamples, type MeasuredTarget } from './targetSamples.ts';

/** Readable by all, because node_exporter is another user. The file contains nothing that a requester chose, and no secret. */
const MODE = 0o644;

type Measure = () => MeasuredTarget[] | Promise<MeasuredTarget[]>;

/**
 * Writes the metrics file if the option `--metrics` names one. A failure is printed, and never ends the command, whose result is
 * already known.
 * @returns whether it failed
 */
export async function writeMetrics(path: string | undefined, measure: Measure): Promise<boolean> {
  const problem = path === undefined ? null : await replaceMetricsFile(path, measure);
  if (problem !== null) process.stderr.write(`${paintFor(process.stderr).bad('error:')} ${problem}\n`);
  return problem !== null;
}

/**
 * Replaces the metrics file, complete or not at all: node_exporter reads the old file or the new one.
 * @returns why it was not written, one sentence; `null`: it was written
 */
async function replaceMetricsFile(path: string, measure: Measure): Promise<string | null> {
  // Any error is caught, because what the runs did must still be printed.
  try {
    const targets = await measure();
    const names = targets.map(({ target }) => target);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    // node_exporter refuses the whole file for two values of one metric of one target.
    if (twice !== undefined)
      return `metrics file ${quoteTrusted(path)} was not written: two policy files have the target name ${quoteTrusted(twice)}; rename one`;
    const place = await findPlace(path);
    const previous = parseExposition(await readText(place));
    await replaceFile(place, renderExposition(collectSamples(targets, previous)), () => undefined, MODE);
    return null;
  } catch (error) {
    return `metrics file ${quoteTrusted(path)} was not written ${describeFileError(error)}`;
  }
}

/**
 * Refuses a path that cannot be written, before a command does anything else.
 * @throws UsageError
 */
export async function checkMetricsPath(path: string): Promise<void> {
  try {
    await findPlace(path);
    if ((await stat(dirname(path))).isDirectory()) return;
  } catch (error) {
    throw new UsageError(`--metrics: ${quoteTrusted(path)} cannot be written ${describeFileError(error)}`);
  }
  throw new UsageError(`--metrics: the folder of ${quoteTrusted(path)} is a file; name a file in a folder`);
}

/** The file that a path names, behind its links: a link in the folder of node_exporter stays one. */
async function findPlace(path: string): Promise<string> {
  try {
    const place = await realpath(path);
    // Refused, because a device would be replaced by a file.
    if (!(await stat(place)).isFile()) throw Object.assign(new Error('not a file'), { code: 'EISDIR' });
    return place;
  } catch (error) {
    if (readErrorCode(error) === 'ENOENT') return path;
    throw error;
  }
}

/** The text of the file that is replaced; empty if there is none. */
async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (readErrorCode(error) === 'ENOENT') return '';
    throw error;
  }
}
