import { digestOf } from '../core/json.ts';
import { type Policy, writePolicy } from '../core/policy.ts';
import { type Checked, check, type Sound } from './checkPolicy.ts';
import { type Fault, inOrder } from './diagnostic.ts';
import { normalise } from './normalisePolicy.ts';
import type { Source } from './readDocument.ts';
import { overlapFaults } from './requestSets/overlappingGrants.ts';

/** What the function reads, and what reports tell it by. */
export interface CompiledPolicy {
  readonly file: string;
  readonly policy: Policy;
  /** canonical JSON */
  readonly text: string;
  /** `sha256:…` of `text` */
  readonly digest: string;
}

/** Never empty; by file and position. */
export interface Refused {
  readonly ok: false;
  readonly faults: readonly Fault[];
}

/** Compiles one policy file; its base name without `.yaml` is the target's name. */
export function compilePolicy(source: Source): ({ readonly ok: true } & CompiledPolicy) | Refused {
  const compiled = compilePolicies([source]);
  if (!compiled.ok) return compiled;
  const [policy] = compiled.policies;
  if (policy === undefined) throw new Error('one policy went in and none came out');
  return { ok: true, ...policy };
}

/** Compiles files that are to stand side by side: all of them, or none. */
export function compilePolicies(
  sources: readonly Source[],
): { readonly ok: true; readonly policies: readonly CompiledPolicy[] } | Refused {
  const { policies, faults } = compileApart(sources);
  return faults.length > 0 ? { ok: false, faults } : { ok: true, policies };
}

/** The sound ones, and the faults of all others. */
export interface Sorted {
  readonly policies: readonly CompiledPolicy[];
  /** by file and position */
  readonly faults: readonly Fault[];
}

/** A compiled policy, and as it is written. */
export interface CompiledSource extends CompiledPolicy {
  readonly sound: Sound;
}

export interface SortedSources extends Sorted {
  readonly policies: readonly CompiledSource[];
}

/** Compiles what is sound, whatever stands beside it. Fail closed: of two for one recipient, none is. */
export function compileApart(sources: readonly Source[]): SortedSources {
  const checked = sources.map(check);
  const keys = checked.map(({ recipient }) => recipient?.key);
  const alone = checked.filter(
    ({ recipient }) => recipient === null || keys.indexOf(recipient.key) === keys.lastIndexOf(recipient.key),
  );
  const sound = alone
    .flatMap(compiled)
    .map((one) => ({ one, overlapping: overlapFaults(one.policy, one.sound) }));
  const faults = [
    ...checked.flatMap((one) => one.faults),
    ...sameRecipients(checked),
    ...sound.flatMap(({ overlapping }) => overlapping),
  ];
  const policies = sound.flatMap(({ one, overlapping }) => (overlapping.length > 0 ? [] : [one]));
  return { policies, faults: inOrder(faults) };
}

function compiled({ source: { file }, sound }: Checked): CompiledSource[] {
  if (sound === null) return [];
  const policy = normalise(sound.target, sound.written);
  const text = writePolicy(policy);
  return [{ file, policy, text, digest: digestOf(text), sound }];
}

/** Two policies for one recipient would each accept what the other holds. */
function sameRecipients(checked: readonly Checked[]): Fault[] {
  const first = new Map<string, string>();
  return checked.flatMap(({ source: { file }, recipient }) => {
    if (recipient === null) return [];
    const other = first.get(recipient.key);
    if (other === undefined) {
      first.set(recipient.key, file);
      return [];
    }
    return recipient.fault({
      code: 'same-recipient',
      message: `\`${file}\` and \`${other}\` are both for \`${recipient.key}\``,
      mend: 'merge the two: one file for each provider, region and account',
    });
  });
}
