import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EndpointRefused } from '../../adapters/endpoint.ts';
import {
  type ConnectOptions,
  endpointSettings,
  explainIgnoredEndpoints,
  readEndpoints,
} from '../../cli/connectTarget.ts';
import { explainOtherRegion, oscCliProfile, readOutscaleSettings } from '../../cli/outscaleSettings.ts';
import { personalCredentials } from '../../cli/personalCredentials.ts';
import { CredentialsUnusable } from '../../run/portErrors.ts';
import { rejectionOf } from '../support/apiClients.ts';
import { folderWith } from '../support/cli.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const RECIPIENT = { provider: 'outscale', region: 'eu-west-2' } as const;
const KEYS = { OSC_ACCESS_KEY: 'ENVIRONMENTKEY', OSC_SECRET_KEY: 'secret' };

/** A profile with a key of its own. */
function profile(key: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { access_key: key, secret_key: 'secret', region: 'eu-west-2', ...more };
}

/** A home folder with these profiles, which is that of this process during the test. */
function homeWith(profiles: unknown, more: Readonly<Record<string, string>> = {}): string {
  const home = folderWith({ '.osc/config.json': JSON.stringify(profiles), ...more });
  vi.stubEnv('HOME', home);
  return home;
}

/** The access key that is used, or the message of why there is none. */
async function keyOf(chosen: string | null, env: Readonly<Record<string, string>>): Promise<string> {
  const provide = personalCredentials('outscale', chosen, env);
  if (typeof provide !== 'function') throw new Error('no provider of credentials');
  try {
    return (await provide()).accessKeyId;
  } catch (error) {
    if (error instanceof CredentialsUnusable) return error.message;
    throw error;
  }
}

async function endpointsOf(
  env: Readonly<Record<string, string>>,
  given: ConnectOptions = {},
): Promise<ReturnType<typeof readEndpoints>> {
  return readEndpoints({ ...given, outscale: await readOutscaleSettings(null, env) }, RECIPIENT);
}

/** Why the endpoints of the profile are ignored. */
async function ignoredIn(
  env: Readonly<Record<string, string>>,
  given: ConnectOptions = {},
): Promise<string | null> {
  return explainIgnoredEndpoints({ ...given, outscale: await readOutscaleSettings(null, env) }, RECIPIENT);
}

describe('the profile of OUTSCALE that is used', () => {
  const PROFILES = {
    default: profile('DEFAULT'),
    lab: profile('LAB'),
    hub: profile('HUB', { default: true }),
  };

  it.each<[string, string | null, Readonly<Record<string, string>>, string]>([
    ['is the one that --profile names', 'lab', { OSC_PROFILE: 'default' }, 'LAB'],
    ['is that of --profile, whatever key the environment has', 'lab', KEYS, 'LAB'],
    ['is the one that OSC_PROFILE names', null, { OSC_PROFILE: 'lab' }, 'LAB'],
    ['is the one that is marked as the default', null, {}, 'HUB'],
    ['is not chosen by an empty OSC_PROFILE', null, { OSC_PROFILE: '' }, 'HUB'],
    ['gives no key where the environment has one', null, KEYS, 'ENVIRONMENTKEY'],
  ])('%s', async (_, chosen, env, key) => {
    homeWith(PROFILES);
    expect(await keyOf(chosen, env)).toBe(key);
  });

  it('is the one with the name `default` where none is marked with `true`', async () => {
    homeWith({ ...PROFILES, hub: profile('HUB', { default: 'true' }) });
    expect(await keyOf(null, {})).toBe('DEFAULT');
  });

  it('is read from the file that OSC_CONFIG_FILE names, and from no other', async () => {
    const home = homeWith(PROFILES, { 'other.json': JSON.stringify({ default: profile('OTHER') }) });
    const OSC_CONFIG_FILE = join(home, 'other.json');
    expect(await keyOf(null, { OSC_CONFIG_FILE })).toBe('OTHER');
    expect(await keyOf('lab', { OSC_CONFIG_FILE })).toContain('$OSC_CONFIG_FILE has no profile `lab`');
    expect(await keyOf(null, { OSC_CONFIG_FILE: join(home, 'none') })).toContain('there is no ');
    expect(await keyOf(null, { OSC_CONFIG_FILE: '' })).toBe('HUB');
  });

  it('is never one of several that are marked as the default', async () => {
    const home = homeWith({
      ...PROFILES,
      hub: profile('HUB', { default: true, endpoint: 'https://hub.example' }),
      lab: profile('LAB', { default: true, endpoint: 'https://lab.example' }),
    });
    expect(await keyOf(null, {})).toMatch(/`lab` and `hub` .*default/);
    expect(await keyOf(null, { OSC_PROFILE: 'lab' })).toBe('LAB');
    // The key of the environment needs no profile, except where OSC_CONFIG_FILE says that endpoints are in that file.
    expect(await keyOf(null, KEYS)).toBe('ENVIRONMENTKEY');
    expect(await endpointsOf(KEYS)).toMatchObject({ directConnect: null, gateways: null });
    const OSC_CONFIG_FILE = join(home, '.osc/config.json');
    expect(await keyOf(null, { ...KEYS, OSC_CONFIG_FILE })).toMatch(/`lab` and `hub` .*default/);
  });

  it('may be missing only where the environment has a key and nothing names a profile', async () => {
    const home = homeWith('no profiles');
    const none = join(home, 'none');
    expect(await keyOf(null, KEYS)).toBe('ENVIRONMENTKEY');
    expect(await keyOf(null, { ...KEYS, OSC_PROFILE: 'lab' })).toContain('or unset OSC_PROFILE');
    expect(await keyOf(null, { ...KEYS, OSC_CONFIG_FILE: none })).toContain('or unset OSC_CONFIG_FILE');
  });
});

describe('the endpoints of OUTSCALE', () => {
  const PATH = '.osc/config.json';
  const [HERE, OTHER] = ['http://127.0.0.1:4711', 'https://other.example'];

  it.each<[string, Readonly<Record<string, unknown>>, readonly (string | null)[], string | null]>([
    ['are the own ones of the provider', {}, [null, null], null],
    ['are that of osc-cli for every service', { endpoint: HERE }, [HERE, HERE], 'endpoint'],
    [
      'have https where osc-cli has no scheme',
      { endpoint: 'o.example' },
      ['https://o.example', 'https://o.example'],
      'endpoint',
    ],
    [
      'have http where osc-cli says so',
      { endpoint: '127.0.0.1:4711', https: false },
      [HERE, HERE],
      'endpoint',
    ],
    [
      'are those of octl, each for its service',
      { endpoints: { direct_link: OTHER, fcu: 'https://fcu.example' } },
      [OTHER, 'https://fcu.example'],
      'endpoints.direct_link',
    ],
    [
      'have the name that osc-cli has for DirectLink',
      { endpoints: { directlink: OTHER } },
      [OTHER, null],
      'endpoints.directlink',
    ],
    [
      'of a service precede that of all',
      { endpoint: HERE, endpoints: { direct_link: OTHER } },
      [OTHER, HERE],
      'endpoints.direct_link',
    ],
    ['are not empty texts', { endpoint: '', endpoints: { direct_link: '', fcu: '' } }, [null, null], null],
    ['of another API are not used', { endpoints: { api: OTHER } }, [null, null], null],
    [
      'are all here where that of DirectLink is',
      { endpoints: { direct_link: HERE } },
      [HERE, HERE],
      'endpoints.direct_link',
    ],
    [
      'follow another host of osc-cli, in the region of the policy',
      { host: 'cloud.example', region: undefined },
      ['https://directlink.eu-west-2.cloud.example', 'https://fcu.eu-west-2.cloud.example'],
      'host',
    ],
    ['follow no setting for the usual host', { host: 'outscale.com' }, [null, null], null],
  ])('in a profile %s', async (_, settings, [directConnect, gateways], key) => {
    homeWith({ lab: profile('LAB', settings) });
    const source = key === null ? null : `\`${key}\` of profile \`lab\` in ~/${PATH}`;
    const found = await endpointsOf({ OSC_PROFILE: 'lab' });
    expect(found).toMatchObject({ directConnect, gateways, sources: { directConnect: source } });
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['of every service', { endpoint: OTHER, region: 'us-east-2' }],
    ['of one service', { endpoints: { direct_link: OTHER, fcu: OTHER }, region: 'us-east-2' }],
    ['of a host', { host: 'cloud.example', region: 'us-east-2' }],
    ['by its older key', { endpoint: OTHER, region: undefined, region_name: 'us-east-2' }],
    ['by one of two keys', { endpoint: OTHER, region_name: 'us-east-2' }],
    ['by a region that is no text', { endpoint: OTHER, region: ['eu-west-2'] }],
    ['that must not be used', { endpoint: 'http://dl.example', region: 'us-east-2' }],
  ])('are not those of a profile that is made for another region: %s', async (_, settings) => {
    homeWith({ lab: profile('LAB', settings) });
    for (const env of [{}, KEYS]) {
      const named = { ...env, OSC_PROFILE: 'lab' };
      expect(await endpointsOf(named)).toMatchObject({ directConnect: null, gateways: null });
      expect(await ignoredIn(named)).toMatch(/^`region(_name)?` of profile `lab` in /);
    }
  });

  it('are those of a profile also where the environment has the key, if the user selected it', async () => {
    const home = homeWith({ default: profile('DEFAULT', { endpoint: OTHER }) });
    const own = { directConnect: null, gateways: null };
    expect(await endpointsOf(KEYS)).toMatchObject(own);
    expect(await endpointsOf({ OSC_SECRET_KEY: 'secret' })).toMatchObject(own);
    expect(await ignoredIn(KEYS)).toContain('profile `default`');
    const byFile = { OSC_CONFIG_FILE: join(home, PATH) };
    for (const selected of [{}, { ...KEYS, OSC_PROFILE: 'default' }, { ...KEYS, ...byFile }]) {
      expect(await endpointsOf(selected)).toMatchObject({ directConnect: OTHER, gateways: OTHER });
      expect(await ignoredIn(selected)).toBeNull();
    }
    homeWith({ hub: profile('HUB', { endpoint: OTHER, default: true }) });
    expect(await endpointsOf(KEYS)).toMatchObject({ directConnect: OTHER, gateways: OTHER });
  });

  it('that are ignored are named only where the ones of the provider are called instead', async () => {
    homeWith({ default: profile('DEFAULT', { endpoint: OTHER }) });
    expect(await ignoredIn(KEYS, { endpoint: 'https://a.example' })).toContain('profile `default`');
    expect(await ignoredIn(KEYS, { endpoint: HERE })).toBeNull();
    homeWith({ default: profile('DEFAULT', { host: 'outscale.com', endpoint: '' }) });
    expect(await ignoredIn(KEYS)).toBeNull();
  });

  it('are those of an option, then of a variable, then of the profile', async () => {
    homeWith({ default: profile('DEFAULT', { endpoint: OTHER }) });
    const env = { OSC_ENDPOINT_DIRECT_LINK: 'https://v.example', OSC_ENDPOINT_FCU: 'https://w.example' };
    expect(await endpointsOf(env, { endpoint: 'https://option.example' })).toMatchObject({
      directConnect: 'https://option.example',
      gateways: 'https://w.example',
      sources: { directConnect: '--endpoint', gateways: 'OSC_ENDPOINT_FCU' },
    });
    expect(await endpointsOf({ OSC_ENDPOINT_FCU: env.OSC_ENDPOINT_FCU })).toMatchObject({
      directConnect: OTHER,
      gateways: 'https://w.example',
    });
    expect(await endpointsOf({ OSC_ENDPOINT_DIRECT_LINK: '', OSC_ENDPOINT_FCU: '' })).toMatchObject({
      directConnect: OTHER,
    });
  });

  it('of variables have https where they have no scheme, like those of a profile', async () => {
    homeWith({});
    const env = { OSC_ENDPOINT_DIRECT_LINK: 'dl.example', OSC_ENDPOINT_FCU: 'fcu.example:8443' };
    expect(await endpointsOf(env)).toMatchObject({
      directConnect: 'https://dl.example',
      gateways: 'https://fcu.example:8443',
    });
  });

  it('are all on this machine where an option or a variable names an emulator for DirectLink', async () => {
    homeWith({ default: profile('DEFAULT', { endpoints: { fcu: OTHER } }) });
    expect(await endpointsOf({ OSC_ENDPOINT_DIRECT_LINK: HERE })).toMatchObject({ gateways: HERE });
    expect(await endpointsOf({ OSC_ENDPOINT_FCU: OTHER }, { endpoint: HERE })).toMatchObject({
      gateways: HERE,
    });
  });

  it.each<[string, Readonly<Record<string, unknown>>, Readonly<Record<string, string>>]>([
    ['OSC_ENDPOINT_DIRECT_LINK', {}, { OSC_ENDPOINT_DIRECT_LINK: 'http://dl.example' }],
    ['OSC_ENDPOINT_FCU', {}, { OSC_ENDPOINT_FCU: 'fcu.example/x' }],
    ['`endpoint` of profile `default`', { endpoint: 'http://dl.example' }, {}],
    ['`endpoint` of profile `default`', { endpoint: 'dl.example', https: false }, {}],
    ['`endpoint` of profile `default`', { endpoint: 'https://user:planted@dl.example' }, {}],
    ['`endpoint` of profile `default`', { endpoint: 'https://api.example/api/v1' }, {}],
    ['`endpoint` of profile `default`', { endpoint: 'https://api.example?token=planted' }, {}],
    ['`host` of profile `default`', { host: 'dl.example#planted' }, {}],
    ['OSC_ENDPOINT_FCU', {}, { OSC_ENDPOINT_FCU: 'https://fcu.example/?planted' }],
    ['`endpoint` of profile `default`', { endpoint: 'https://$(reboot).example' }, {}],
    ['`endpoint` of profile `default`', { endpoint: { secret_key: 'planted' } }, {}],
    ['`endpoints.fcu` of profile `default`', { endpoints: { fcu: 'http://10.0.0.1' } }, {}],
    ['`endpoints.direct_link` of profile `default`', { endpoints: { direct_link: 17 } }, {}],
    ['`host` of profile `default`', { host: 'dl.example/x' }, {}],
    ['`host` of profile `default`', { host: {} }, {}],
  ])(
    'are refused by name when requests would leave this machine in clear: %s %j %j',
    async (name, more, env) => {
      homeWith({ default: profile('DEFAULT', more) });
      const failure = await rejectionOf(endpointsOf(env));
      expect(failure).toBeInstanceOf(EndpointRefused);
      expect(String(failure)).toContain(`EndpointRefused: ${name}`);
      expect(String(failure)).not.toContain('planted');
    },
  );

  it('that must not be used are refused only where they would be used', async () => {
    homeWith({ default: profile('DEFAULT', { endpoint: 'http://dl.example' }) });
    const given = { endpoint: 'https://a.example', gatewayEndpoint: 'https://b.example' };
    expect(await endpointsOf({}, given)).toMatchObject({ directConnect: given.endpoint });
  });

  it('are never those of a target on AWS', async () => {
    homeWith({ default: profile('DEFAULT', { endpoint: OTHER }) });
    const outscale = await readOutscaleSettings(null, { OSC_ENDPOINT_DIRECT_LINK: HERE });
    const recipient = { provider: 'aws', region: 'eu-west-1' } as const;
    expect(endpointSettings({ outscale }, recipient)).toEqual([
      { directConnect: null, gateways: null, identity: null, auditLog: null },
    ]);
    expect(readEndpoints({ outscale }, recipient)).toMatchObject({ directConnect: null, gateways: null });
  });
});

it.each<[string, Readonly<Record<string, unknown>>, Readonly<Record<string, string>>, string | null]>([
  ['the same', {}, {}, null],
  ['not named', { region: undefined }, {}, null],
  ['another', { region: 'us-east-2' }, {}, '`region` of profile `default` in'],
  ['another, in the older key', { region: undefined, region_name: 'us-east-2' }, {}, '`region_name` of'],
  ['no text', { region: ['planted', { secret_key: 'planted' }] }, {}, '`region` of profile `default` in'],
  ['another, in the environment', {}, { OSC_REGION: 'us-east-2' }, 'OSC_REGION is `us-east-2`'],
  ['the same in the environment', { region: 'us-east-2' }, { OSC_REGION: 'eu-west-2' }, null],
])(
  'the region of the user, which is %s, is compared with that of the policy',
  async (_, more, env, message) => {
    homeWith({ default: profile('DEFAULT', more) });
    const explained = explainOtherRegion(await readOutscaleSettings(null, env), RECIPIENT);
    if (message === null) expect(explained).toBeNull();
    else expect(explained).toContain(message);
    expect(explained ?? '').not.toContain('planted');
  },
);

describe('commands for people', () => {
  it.each<[string, Readonly<Record<string, unknown>>, Readonly<Record<string, string>>, boolean]>([
    ['the keys are in a profile', {}, {}, true],
    [
      'osc-cli has settings of its own',
      { host: 'outscale.com', https: true, method: 'POST', version: '1' },
      {},
      true,
    ],
    ['the region is the one that osc-cli takes', { region: undefined }, {}, true],
    ['the environment has the key, which osc-cli does not read', {}, KEYS, false],
    ['the region of the profile is another', { region: 'us-east-2' }, {}, false],
    ['the profile has a key of octl, on which osc-cli fails', { default: true }, {}, false],
    ['the profile has endpoints of octl, on which osc-cli fails', { endpoints: {} }, {}, false],
    ['the profile calls by GET, which DirectLink does not take', { method: 'GET' }, {}, false],
  ])('are for osc-cli where it finds the key: %s', async (_, more, env, usable) => {
    homeWith({ default: profile('DEFAULT', more) });
    const found = oscCliProfile(await readOutscaleSettings(null, env), RECIPIENT);
    expect(found).toEqual(usable ? { name: 'default', file: null } : null);
  });

  it('name the file where it is another one', async () => {
    const home = homeWith({}, { 'other.json': JSON.stringify({ lab: profile('LAB') }) });
    const OSC_CONFIG_FILE = join(home, 'other.json');
    const settings = await readOutscaleSettings('lab', { ...KEYS, OSC_CONFIG_FILE });
    expect(oscCliProfile(settings, RECIPIENT)).toEqual({ name: 'lab', file: OSC_CONFIG_FILE });
  });

  it('are for the AWS CLI where there is no profile', async () => {
    homeWith({});
    expect(oscCliProfile(await readOutscaleSettings(null, {}), RECIPIENT)).toBeNull();
  });
});
