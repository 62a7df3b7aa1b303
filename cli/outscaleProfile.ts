import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { describeFileError, readErrorCode } from '../adapters/fileSystem.ts';
import { isRecord } from '../core/decoders.ts';
import { formatList, quoteTrusted } from '../core/printableText.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A profile of the file that OUTSCALE's own tools share. */
export interface OutscaleProfile {
  readonly name: string;
  /** the file */
  readonly path: string;
  /** the file as messages name it */
  readonly shownFile: string;
  /** whether OSC_CONFIG_FILE names the file */
  readonly isOtherFile: boolean;
  readonly selectedBy: ProfileSelection;
  /** its keys as written in the file, not validated */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What selected a profile: an option, a variable, the mark `"default": true`, or the name `default`. */
type ProfileSelection = '--profile' | 'OSC_PROFILE' | 'mark' | 'name';

/** Why no profile can be used, and how to fix that. */
export interface NoProfile {
  readonly why: string;
  readonly fix: string;
  /** whether a missing profile is an error even where the environment has the keys: an option or a variable names the profile or the file */
  readonly isError: boolean;
  /** whether the file, or the profile in it, does not exist */
  readonly isAbsent: boolean;
}

/**
 * Finds the profile in use, as octl and osc-sdk-go do: in the file that OSC_CONFIG_FILE names, otherwise in `~/.osc/config.json`, the profile
 * that `--profile` or OSC_PROFILE names, otherwise the one with `"default": true`, otherwise the one with the name `default`.
 * @param chosen the value of `--profile`; `null`: not given
 */
export async function readOutscaleProfile(
  chosen: string | null,
  env: Environment,
): Promise<OutscaleProfile | NoProfile> {
  const named = chosen ?? (env.OSC_PROFILE || null);
  const isOtherFile = Boolean(env.OSC_CONFIG_FILE);
  const path = env.OSC_CONFIG_FILE ? resolve(env.OSC_CONFIG_FILE) : join(homedir(), '.osc', 'config.json');
  // Messages reach shared channels in events, so they do not have the path, which can name a person.
  const shownFile = isOtherFile ? '$OSC_CONFIG_FILE' : '~/.osc/config.json';
  const isError = named !== null || isOtherFile;
  const profiles = await readProfiles(path, shownFile, named ?? 'default');
  if ('why' in profiles) return { ...profiles, isError };
  const selected: { readonly name: string; readonly selectedBy: ProfileSelection } | NoProfile =
    named === null
      ? findDefault(shownFile, profiles.found, isError)
      : { name: named, selectedBy: chosen === null ? 'OSC_PROFILE' : '--profile' };
  if ('why' in selected) return selected;
  const { name } = selected;
  const settings = Object.hasOwn(profiles.found, name) ? profiles.found[name] : undefined;
  if (isRecord(settings)) return { ...selected, path, shownFile, isOtherFile, settings };
  const why = `${shownFile} has no profile ${quoteTrusted(name)}`;
  return { why, fix: 'add it', isError, isAbsent: true };
}

/**
 * The marked profile, otherwise the one with the name `default`.
 * @param isError whether it is an error, also with a key in the environment, that more than one is marked
 */
function findDefault(
  shownFile: string,
  profiles: Readonly<Record<string, unknown>>,
  isError: boolean,
): { readonly name: string; readonly selectedBy: ProfileSelection } | NoProfile {
  const marked = Object.keys(profiles).filter((name) => {
    const profile = profiles[name];
    return isRecord(profile) && profile.default === true;
  });
  const [name, ...others] = marked;
  if (name === undefined) return { name: 'default', selectedBy: 'name' };
  if (others.length === 0) return { name, selectedBy: 'mark' };
  // Fail closed: octl uses any of them, and each may belong to another account.
  const why = `profiles ${formatList(marked.map(quoteTrusted))} of ${shownFile} are all marked \`"default": true\``;
  return { why, fix: 'keep the mark of one, or set OSC_PROFILE', isError, isAbsent: false };
}

/** @param wanted the profile to add, for the message */
async function readProfiles(
  path: string,
  shown: string,
  wanted: string,
): Promise<{ readonly found: Readonly<Record<string, unknown>> } | Omit<NoProfile, 'isError'>> {
  const fix = 'fix that file';
  let profiles: unknown;
  try {
    profiles = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    // No cause: a parser's message quotes the file, which contains keys.
    if (error instanceof SyntaxError) return { why: `${shown} is not JSON`, fix, isAbsent: false };
    return readErrorCode(error) === 'ENOENT'
      ? { why: `there is no ${shown}`, fix: `write profile ${quoteTrusted(wanted)} to it`, isAbsent: true }
      : { why: `${shown} cannot be read ${describeFileError(error)}`, fix, isAbsent: false };
  }
  return { found: isRecord(profiles) ? profiles : {} };
}
