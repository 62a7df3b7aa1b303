import {
  type ApiEndpointSettings,
  type EndpointSetting,
  readEndpointSetting,
} from '../adapters/awsProtocol/configuredEndpoints.ts';
import { EndpointRefused } from '../adapters/endpoint.ts';
import { isRecord } from '../core/decoders.ts';
import type { OscCliProfile } from '../core/manualOverrideCommand.ts';
import type { Recipient } from '../core/model.ts';
import { quoteTrusted } from '../core/printableText.ts';
import { type NoProfile, type OutscaleProfile, readOutscaleProfile } from './outscaleProfile.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The settings of OUTSCALE's own tools, which the command line follows: variables, and a profile. The deployed function reads neither. */
export interface OutscaleSettings {
  readonly env: Environment;
  /** whether the key is that of OSC_ACCESS_KEY and OSC_SECRET_KEY */
  readonly hasEnvironmentKey: boolean;
  readonly profile: OutscaleProfile | NoProfile;
}

/** @param chosen the value of `--profile`; `null`: not given */
export async function readOutscaleSettings(
  chosen: string | null,
  env: Environment,
): Promise<OutscaleSettings> {
  const hasEnvironmentKey = chosen === null && Boolean(env.OSC_ACCESS_KEY || env.OSC_SECRET_KEY);
  return { env, hasEnvironmentKey, profile: await readOutscaleProfile(chosen, env) };
}

/** The profile in use; `null`: none. */
function profileInUse({ profile }: OutscaleSettings): OutscaleProfile | null {
  return 'settings' in profile ? profile : null;
}

/** The endpoints that the variables name, and those that the profile names, in the order of precedence. */
export function outscaleEndpoints(
  settings: OutscaleSettings,
  { region }: Pick<Recipient, 'region'>,
): readonly ApiEndpointSettings[] {
  const { env } = settings;
  const profile = profileInUse(settings);
  const usable = profile !== null && whyEndpointsIgnored(settings, profile, region) === null;
  return [
    {
      directConnect: readVariable('OSC_ENDPOINT_DIRECT_LINK', env),
      gateways: readVariable('OSC_ENDPOINT_FCU', env),
      identity: null,
      auditLog: readVariable('OSC_ENDPOINT_API', env),
    },
    ...(usable ? [profileEndpoints(profile, region)] : []),
  ];
}

function profileEndpoints(profile: OutscaleProfile, region: string): ApiEndpointSettings {
  return {
    directConnect: readProfileEndpoint(profile, ['direct_link', 'directlink'], 'directlink', region),
    gateways: readProfileEndpoint(profile, ['fcu'], 'fcu', region),
    identity: null,
    auditLog: readProfileEndpoint(profile, ['api'], 'api', region),
  };
}

/**
 * Explains that the profile names endpoints, which are ignored.
 * @returns `null`: they are not ignored, or it names none
 */
export function explainIgnoredProfile(
  settings: OutscaleSettings,
  { region }: Pick<Recipient, 'region'>,
): string | null {
  const profile = profileInUse(settings);
  const why = profile === null ? null : whyEndpointsIgnored(settings, profile, region);
  if (profile === null || why === null) return null;
  const { directConnect, gateways } = profileEndpoints(profile, region);
  return directConnect === null && gateways === null ? null : why;
}

/** Why the endpoints of a profile are not used; `null`: they are. */
function whyEndpointsIgnored(
  { hasEnvironmentKey }: OutscaleSettings,
  profile: OutscaleProfile,
  region: string,
): string | null {
  // Fail closed: a key must not be sent to an endpoint of another region, nor to one that the user did not choose for it.
  const key = REGION_KEYS.find((one) => isSet(profile.settings[one]) && profile.settings[one] !== region);
  if (key !== undefined)
    return `${describeSetting(key, profile)} is not \`${region}\`, the region of the policy, so that the endpoints of that profile are ignored; correct it, or name another profile, or endpoints, for this region`;
  const isChosen = profile.selectedBy !== 'name' || profile.isOtherFile;
  if (!hasEnvironmentKey || isChosen) return null;
  const named = `profile ${quoteTrusted(profile.name)} in ${profile.shownFile}`;
  return `the endpoints of ${named} are ignored, because OSC_ACCESS_KEY is set and nothing but its name selects the profile; select it with OSC_PROFILE to use them, or remove them`;
}

function readVariable(name: string, env: Environment): EndpointSetting {
  const value = env[name];
  return value ? readEndpointSetting(name, withScheme(value, {})) : null;
}

/**
 * The endpoint of a service in a profile: `endpoints` of octl and osc-sdk-go, or `endpoint` or `host` of osc-cli, which are for every service.
 * @param keys the names of the service in `endpoints`: osc-cli and octl differ
 * @param service the first part of its host name
 */
function readProfileEndpoint(
  { name, shownFile, settings }: OutscaleProfile,
  keys: readonly string[],
  service: string,
  region: string,
): EndpointSetting {
  const { endpoints, endpoint, host } = settings;
  const ofService = isRecord(endpoints)
    ? keys.map((key): [string, unknown] => [`endpoints.${key}`, endpoints[key]])
    : [];
  const found = [...ofService, ['endpoint', endpoint] as const].find(([, value]) => isSet(value));
  const sourceOf = (key: string): string => describeSetting(key, { name, shownFile });
  if (found !== undefined) {
    const [key, value] = found;
    return readText(sourceOf(key), value, (text) => withScheme(text, settings));
  }
  if (!isSet(host) || host === 'outscale.com') return null;
  return readText(sourceOf('host'), host, (text) => withScheme(`${service}.${region}.${text}`, settings));
}

/** @param urlOf makes the URL of the text */
function readText(source: string, value: unknown, urlOf: (text: string) => string): EndpointSetting {
  if (typeof value === 'string') return readEndpointSetting(source, urlOf(value));
  // The value is not shown: a misplaced bracket could make it one that contains keys.
  return new EndpointRefused(`${source} must be a text such as \`https://host\``);
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** Adds the scheme that osc-cli adds to a host: https, unless the settings say otherwise. */
function withScheme(text: string, { https }: OutscaleProfile['settings']): string {
  return text.includes('://') ? text : `${https === false ? 'http' : 'https'}://${text}`;
}

/** Names a key of a profile, for messages. */
export function describeSetting(
  key: string,
  { name, shownFile }: Pick<OutscaleProfile, 'name' | 'shownFile'>,
): string {
  return `\`${key}\` of profile ${quoteTrusted(name)} in ${shownFile}`;
}

/** The region for which the variables or the profile are made; `null`: none is named. One of a profile is not validated. */
function outscaleRegion(
  settings: OutscaleSettings,
): { readonly region: unknown; readonly source: string } | null {
  const { OSC_REGION } = settings.env;
  if (OSC_REGION) return { region: OSC_REGION, source: 'OSC_REGION' };
  const profile = profileInUse(settings);
  const key = profile === null ? undefined : REGION_KEYS.find((one) => isSet(profile.settings[one]));
  if (profile === null || key === undefined) return null;
  return { region: profile.settings[key], source: describeSetting(key, profile) };
}

/** The keys of the region in a profile: the second is an older one of osc-cli. */
const REGION_KEYS = ['region', 'region_name'];

/**
 * Explains that the user's region is another than that of the policy, which is the one that is called. At OUTSCALE, an account and its keys
 * belong to one region.
 * @returns `null`: they are the same, or the user names none
 */
export function explainOtherRegion(
  settings: OutscaleSettings,
  { region }: Pick<Recipient, 'region'>,
): string | null {
  const own = outscaleRegion(settings);
  if (own === null || own.region === region) return null;
  // Another value is not shown: a misplaced bracket could make it one that contains keys.
  const shown = typeof own.region === 'string' ? quoteTrusted(own.region) : 'not a text';
  return `${own.source} is ${shown}, but \`recipient.region\` of the policy is \`${region}\`, which is used; check that the keys are those of \`${region}\``;
}

/**
 * How osc-cli finds the keys that are used here; `null`: it cannot, so that commands are written for the AWS CLI.
 * osc-cli reads no variables, always calls the region of its profile, and fails on keys that other tools write into it.
 */
export function oscCliProfile(
  settings: OutscaleSettings,
  { region }: Pick<Recipient, 'region'>,
): OscCliProfile | null {
  const profile = profileInUse(settings);
  if (profile === null || settings.hasEnvironmentKey) return null;
  const { name, path, isOtherFile, settings: written } = profile;
  const isReadable = Object.keys(written).every((key) => OSC_CLI_KEYS.has(key));
  const called = written.region_name ?? written.region ?? 'eu-west-2';
  const usesPost = (written.method ?? 'POST') === 'POST';
  if (!isReadable || !usesPost || called !== region) return null;
  return { name, file: isOtherFile ? path : null };
}

/** The keys of a profile that osc-cli knows. */
const OSC_CLI_KEYS = new Set([
  ...['access_key', 'secret_key', 'region', 'region_name', 'host', 'endpoint', 'https', 'protocol'],
  ...['method', 'version', 'ssl_verify', 'client_certificate'],
]);
