import {
  type CompiledPolicy,
  explainUnknownRegion,
  findKeyWarnings,
  findNotices,
  findSuspiciousPatterns,
  findUnreachableGrants,
  type KeyWarning,
  type UnreachableGrant,
} from '../../language/index.ts';
import { loadPolicies } from '../loadPolicies.ts';
import { EXIT, type ExitCode } from '../options.ts';
import { formatCount, paintFor, printDocument, wrapLines } from '../output/terminal.ts';

/**
 * `policy check`: compiles every file and describes it. Warns of grants that accept nothing, of values that look like patterns but
 * are none, and of keys and IDs that identify less than they seem to. Names connections that may be shared. All errors are thrown together.
 */
export function policyCheck(named: readonly string[], options: { readonly json?: boolean }): ExitCode {
  const policies = loadPolicies(named);
  const warnings = policies.flatMap((compiled) => findWarnings(compiled, new Date()));
  const notices = policies.flatMap(({ file, policy }) =>
    findNotices(policy).map((notice) => ({ file, ...notice })),
  );
  const paint = paintFor(process.stderr);
  process.stderr.write(
    [
      ...warnings.map((one) => `${paint.warn('warning:')} ${describeWarning(one)}\n`),
      ...notices.map(({ file, path, message }) => `${paint.faint('notice:')} ${file}: ${path}: ${message}\n`),
    ].join(''),
  );
  if (options.json) {
    const valid = policies.map(({ policy, digest }) => ({ target: policy.target, digest }));
    printDocument({ policies: valid, warnings, notices, errors: [] });
    return EXIT.done;
  }
  for (const { policy, digest } of policies) {
    const { target, recipient, owners, hold, freeze } = policy;
    const grants = owners.reduce((sum, owner) => sum + owner.grants.length, 0);
    const line =
      `${target}: valid; ${recipient.provider} ${recipient.region} ${recipient.account}, ` +
      `${formatCount(owners.length, 'owner')}, ${formatCount(grants, 'grant')}, ${formatCount(hold.length, 'hold rule')}` +
      `${freeze ? ', FROZEN: every request is held' : ''}; ${digest}`;
    process.stdout.write(`${wrapLines(line, paintFor(process.stdout).columns)}\n`);
  }
  return EXIT.done;
}

/** A grant that accepts nothing, or a value at `path` that should be changed. */
type Warning = { readonly file: string } & (
  | UnreachableGrant
  | KeyWarning
  | { readonly path: string; readonly why: string; readonly fix?: string }
);

function findWarnings({ file, policy, warnings }: CompiledPolicy, at: Date): Warning[] {
  const region = explainUnknownRegion(policy.recipient);
  return [
    ...warnings.map(({ path, message, fix }) => ({ file, path, why: message, fix })),
    ...(region === null ? [] : [{ file, path: 'recipient.region', why: region }]),
    ...findUnreachableGrants(policy, at).map((grant) => ({ file, ...grant })),
    ...findSuspiciousPatterns(policy).map((pattern) => ({ file, ...pattern })),
    ...findKeyWarnings(policy).map((warning) => ({ file, ...warning })),
  ];
}

function describeWarning(warning: Warning): string {
  const { file, why } = warning;
  if ('path' in warning)
    return `${file}: ${warning.path}: ${why}; ${warning.fix ?? 'fix it if it is a typing error'}`;
  return `${file}: owners.${warning.owner}.grants.${warning.grant} accepts nothing: ${why}; fix or remove it`;
}
