/**
 * Which folder may import which: see CONTRIBUTING.md. A violation prints the comment of its rule.
 * `test/tooling/imports.test.ts` plants a violation of every rule.
 */

const PORTS = '^run/(ports|portErrors)\\.ts$';

/** What the Lambda function is built from. */
const FUNCTION = '^(core|run|adapters|lambda)/';

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const forbidden = [
  {
    name: 'core-is-pure',
    comment:
      'core/ decides from its arguments alone, so that every decision can be repeated and tested without a cloud: ' +
      'it imports only itself, node:crypto and node:net',
    from: { path: '^core/' },
    to: { pathNot: ['^core/', '^(node:)?(crypto|net)$'] },
  },
  {
    name: 'ports-know-the-core-only',
    comment:
      'ports describe what a run needs, in types of core/; an adapter or SDK there would tie every caller to it',
    from: { path: PORTS },
    to: { pathNot: ['^core/', PORTS] },
  },
  {
    name: 'run-knows-no-adapter',
    comment:
      'a run uses the outside world through ports only, so that the function, the command line and the tests execute the same code',
    from: { path: '^run/', pathNot: PORTS },
    to: { pathNot: ['^core/', '^run/'] },
  },
  {
    name: 'adapters-know-core-and-ports',
    comment: 'an adapter implements one port; the handler, or a command of cli/, connects adapters to a run',
    from: { path: '^adapters/' },
    to: { path: '^(lambda|run)/', pathNot: PORTS },
  },
  {
    name: 'function-is-small',
    comment:
      'the function reads compiled policies: a YAML parser or a schema library would only slow its cold start',
    from: { path: FUNCTION },
    to: { path: 'node_modules/(yaml|zod)/' },
  },
  {
    name: 'function-knows-no-tool',
    comment:
      'deployed code never depends on the code that deploys it, calls it from a shell or emulates its APIs',
    from: { path: FUNCTION },
    to: { path: '^(emulator|cli|infra|demo|bench|scripts)/' },
  },
  {
    name: 'language-knows-the-core-only',
    comment:
      'the policy language compiles text to the types of core/; it needs yaml, zod, files, git, hashes and comparisons, and nothing else',
    from: { path: '^language/' },
    to: {
      pathNot: [
        '^language/',
        '^core/',
        'node_modules/(yaml|zod)/',
        '^(node:)?(fs|fs/promises|path|child_process|crypto|util)$',
      ],
    },
  },
  {
    name: 'language-stays-out-of-the-function',
    comment:
      'policies are compiled before they are deployed, so only cli/, infra/, demo/, bench/, scripts/ and tests import language/',
    from: { pathNot: '^(language|cli|infra|demo|bench|scripts|test)/' },
    to: { path: '^language/' },
  },
  {
    name: 'git-and-npm-are-the-only-children',
    comment:
      'a child process inherits the environment, which can contain the provider’s keys, unless the parent removes them: ' +
      'language/git.ts and cli/init/lockFile.ts remove them, and start no program that a repository names',
    from: {
      path: '^(core|run|adapters|lambda|language|emulator|cli|infra|demo)/',
      pathNot: '^(language/git|cli/init/lockFile)\\.ts$',
    },
    to: { path: '^(node:)?(child_process|cluster)$' },
  },
  {
    name: 'emulator-is-independent',
    comment:
      'the emulator imitates the API of another party: code shared with the product would make both repeat the same mistakes; ' +
      'its package depends on nothing, so it imports only itself and modules of Node',
    from: { path: '^emulator/' },
    // Another rule forbids language/.
    to: { pathNot: ['^(emulator|language)/'], dependencyTypesNot: ['core'] },
  },
  {
    name: 'launcher-is-independent',
    comment:
      'the launcher looks for a Node that can execute the project: it works on any Node, before packages are installed, and so ' +
      'it imports only itself and modules of Node',
    from: { path: '^bin/' },
    to: { pathNot: ['^bin/'], dependencyTypesNot: ['core'] },
  },
  {
    name: 'nothing-imports-tests',
    comment: 'a test helper that product code needs is no test helper: move it to the folder that owns it',
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
      'code that is shipped must import a dependency or a peer dependency: a development package is neither installed with it ' +
      'nor listed in the software bill of materials',
    from: { path: '^(core|run|adapters|lambda|cli|language|infra|emulator|demo)/' },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm-peer'], pathNot: 'node_modules/@types/' },
  },
  {
    name: 'only-what-is-declared',
    comment:
      'a package that package.json does not name, or a file that does not exist, is missing on a fresh clone',
    from: {},
    to: {
      dependencyTypes: ['unknown', 'undetermined', 'npm-no-pkg', 'npm-unknown'],
      // A package in `peerDependenciesMeta` is counted as `npm-no-pkg` too.
      dependencyTypesNot: ['npm-peer'],
    },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: forbidden.map((rule) => ({ ...rule, severity: 'error' })),
  options: {
    // With TypeScript 7 the default parser finds no imports and reports no error.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: {
      path: '^(node_modules/\\.bin|cdk\\.out|coverage|dist|emulator/dist|reports|templates|\\.stryker-tmp)/',
    },
    enhancedResolveOptions: { conditionNames: ['import', 'node', 'default'], exportsFields: ['exports'] },
  },
};
