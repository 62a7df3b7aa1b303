/**
 * Which folder may import which: see CONTRIBUTING.md. Each comment is shown to whoever breaks the rule.
 * `test/tooling/imports.test.ts` plants a violation of every rule.
 */

const PORTS = '^lambda/(ports|errors)\\.ts$';

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const forbidden = [
  {
    name: 'core-is-pure',
    comment:
      'the core decides from its arguments alone, so that every decision can be replayed and tested without a cloud: ' +
      'it imports nothing but itself, node:crypto and node:net',
    from: { path: '^lambda/core/' },
    to: { pathNot: ['^lambda/core/', '^(node:)?(crypto|net)$'] },
  },
  {
    name: 'ports-know-the-core-only',
    comment:
      'ports say what a pass needs in the words of the core; an adapter or SDK there would tie every caller to it',
    from: { path: PORTS },
    to: { pathNot: ['^lambda/core/', PORTS] },
  },
  {
    name: 'pass-knows-no-adapter',
    comment:
      'a pass reaches the world through ports alone, so that the function, the command line and the tests run the same one',
    from: { path: '^lambda/pass(/|\\.ts$)' },
    to: { pathNot: ['^lambda/core/', PORTS, '^lambda/pass/'] },
  },
  {
    name: 'adapters-know-core-and-ports',
    comment: 'an adapter serves one port; what joins adapters to a pass is the handler, or a command of cli/',
    from: { path: '^lambda/adapters/' },
    to: { path: '^lambda/', pathNot: ['^lambda/core/', PORTS, '^lambda/adapters/'] },
  },
  {
    name: 'function-is-small',
    comment:
      'the function reads compiled policies: a YAML parser or a schema library would only slow its cold start',
    from: { path: '^lambda/' },
    to: { path: 'node_modules/(yaml|zod)/' },
  },
  {
    name: 'function-knows-no-tool',
    comment:
      'what is deployed never depends on what deploys it, drives it by hand or imitates its surroundings',
    from: { path: '^lambda/' },
    to: { path: '^(simulator|cli|infra|demo|bench|scripts)/' },
  },
  {
    name: 'language-knows-the-core-only',
    comment:
      'the policy language turns text into what the core understands; it needs yaml, zod, files, git, hashes and nothing more',
    from: { path: '^language/' },
    to: {
      pathNot: [
        '^language/',
        '^lambda/core/',
        'node_modules/(yaml|zod)/',
        '^(node:)?(fs|fs/promises|path|child_process|crypto)$',
      ],
    },
  },
  {
    name: 'language-stays-out-of-the-function',
    comment:
      'policies are compiled before they are deployed, so only cli/, infra/, demo/, bench/, scripts/ and tests read the language',
    from: { pathNot: '^(language|cli|infra|demo|bench|scripts|test)/' },
    to: { path: '^language/' },
  },
  {
    name: 'git-is-the-only-child',
    comment:
      'a child process gets the environment, which can hold the keys of the provider, unless it is kept from it: language/git.ts ' +
      'keeps it, and starts nothing that a repository names',
    from: { path: '^(lambda|language|simulator|cli|infra|demo)/', pathNot: '^language/git\\.ts$' },
    to: { path: '^(node:)?(child_process|cluster)$' },
  },
  {
    name: 'simulator-stands-alone',
    comment:
      'the emulator stands in for somebody else’s API: sharing our code would make it share our mistakes',
    from: { path: '^simulator/' },
    to: { path: '^(lambda|cli|infra|demo|bench)/' },
  },
  {
    name: 'launcher-stands-alone',
    comment:
      'the launcher looks for a Node that can run the project: it runs by any Node, before packages are installed, and so ' +
      'it imports nothing but itself and what Node brings',
    from: { path: '^bin/' },
    to: { pathNot: ['^bin/'], dependencyTypesNot: ['core'] },
  },
  {
    name: 'nothing-imports-tests',
    comment: 'what others need is no test helper: move it to the folder that owns it',
    from: { pathNot: '^test/' },
    to: { path: '^test/' },
  },
  {
    name: 'no-cycles',
    comment: 'files that import each other cannot be understood or tested one at a time',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-development-packages',
    comment:
      'what runs must be a dependency, or asked of who installs the package: a development package comes with neither it nor ' +
      'the software bill of materials',
    from: { path: '^(lambda|cli|language|infra|simulator|demo)/' },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm-peer'], pathNot: 'node_modules/@types/' },
  },
  {
    name: 'only-what-is-declared',
    comment:
      'a package that package.json does not name, or a file that is not there, is missing on a fresh clone',
    from: {},
    to: { dependencyTypes: ['unknown', 'undetermined', 'npm-no-pkg', 'npm-unknown'] },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: forbidden.map((rule) => ({ ...rule, severity: 'error' })),
  options: {
    // Beside TypeScript 7 the default parser cruises nothing, silently.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(node_modules/\\.bin|cdk\\.out|coverage|dist|reports|\\.stryker-tmp)/' },
    enhancedResolveOptions: { conditionNames: ['import', 'node', 'default'], exportsFields: ['exports'] },
  },
};
