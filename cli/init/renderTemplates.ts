import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { PROVIDER_TRAITS } from '../../core/providers.ts';
import { FROM_CHECKOUT } from '../../language/commandText.ts';
import type { InitSettings } from './initSettings.ts';

/** Root of the checkout, or of the installed package, whose JavaScript is one folder deeper. */
const PACKAGE = join(import.meta.dirname, FROM_CHECKOUT ? '../..' : '../../..');

const TEMPLATES = join(PACKAGE, 'templates', 'policy-repository');

/** What the drafted policy gets from the account, as lines of YAML comments. */
export interface AccountDraft {
  /** the pending requests and gateways, for its head */
  readonly contents: readonly string[];
  /** an owner for each connection, below `owners` */
  readonly owners: readonly string[];
}

/** Renders every template. @returns the text of each file of the repository, by its path */
export function renderTemplates(settings: InitSettings, draft: AccountDraft): ReadonlyMap<string, string> {
  const values = placeholderValues(settings, draft);
  const templates = readdirSync(TEMPLATES, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(TEMPLATES.length + 1))
    .sort();
  return new Map(
    templates.map((path) => [
      renderPath(path, settings),
      fillPlaceholders(readFileSync(join(TEMPLATES, path), 'utf8'), values),
    ]),
  );
}

/** npm packs no `.gitignore` and no `.npmrc`: their templates have `_` in place of the dot. */
function renderPath(path: string, { target }: InitSettings): string {
  return path.replace(/(?<=^|\/)_/, '.').replace('TARGET', target);
}

/** A line that has nothing but a placeholder whose value is empty is removed. */
const EMPTY_LINE = /^ *\{\{([A-Z_]+)\}\}\n/gm;
/** An expression of GitHub, `${{ … }}`, is none. */
const PLACEHOLDER = /(?<!\$)\{\{([A-Z_]+)\}\}/g;

/** Replaces each placeholder once: a value is never searched for placeholders. */
export function fillPlaceholders(template: string, values: Readonly<Record<string, string>>): string {
  const lookUp = (name: string): string => {
    const value = values[name];
    if (value === undefined) throw new Error(`the template has an unknown placeholder \`{{${name}}}\``);
    return value;
  };
  return template
    .replaceAll(EMPTY_LINE, (line, name: string) => (lookUp(name) === '' ? '' : line))
    .replaceAll(PLACEHOLDER, (_, name: string) => lookUp(name));
}

function placeholderValues(settings: InitSettings, draft: AccountDraft): Record<string, string> {
  const { name, provider, region, account, target, credentials, notify, codeowners } = settings;
  const { version, devDependencies: tested } = readManifest();
  return {
    NAME: name,
    PROVIDER: provider,
    PROVIDER_TITLE: PROVIDER_TRAITS[provider].title,
    REGION: region,
    ACCOUNT: account,
    TARGET: target,
    CREDENTIALS: credentials === null ? '' : `credentials: ${formatFlow(credentials)}`,
    NOTIFY: notify,
    CODEOWNERS: codeowners.join(' '),
    VERSION: packageSpec(settings.package, version),
    AWS_CDK_LIB: tested['aws-cdk-lib'] ?? '',
    CONSTRUCTS: tested.constructs ?? '',
    AWS_CDK: tested['aws-cdk'] ?? '',
    ACCOUNT_CONTENTS: draft.contents.join('\n'),
    OWNER_DRAFTS: draft.owners.join('\n'),
  };
}

/** `{ key: 'value' }` in YAML. Settings contain no quotes. */
function formatFlow(values: Readonly<Record<string, string>>): string {
  return `{ ${Object.entries(values)
    .map(([key, value]) => `${key}: "${value}"`)
    .join(', ')} }`;
}

function packageSpec(source: InitSettings['package'], version: string): string {
  if (source === null) return version;
  return 'version' in source ? source.version : `file:${basename(source.tarball)}`;
}

/** The functions of bin/nodeVersions.cjs, which is CommonJS so that an old Node can read it. */
interface NodeVersions {
  isIn(version: string, range: string): boolean;
  inWords(range: string): string;
}

/**
 * @param version such as `20.20.2`
 * @returns the versions of Node that the repository needs, in words; `null`: this is one of them
 */
export function describeNeededNode(version: string): string | null {
  const path = join(PACKAGE, 'bin', 'nodeVersions.cjs');
  const { isIn, inWords }: NodeVersions = createRequire(path)(path);
  const { node } = readManifest().engines;
  return isIn(version, node) ? null : inWords(node);
}

interface Manifest {
  readonly version: string;
  readonly engines: { readonly node: string };
  /** the versions of the CDK that this version was tested with */
  readonly devDependencies: Readonly<Record<string, string>>;
}

function readManifest(): Manifest {
  return JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
}
