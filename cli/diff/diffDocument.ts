import type { VirtualInterface } from '../../core/model.ts';
import { type PolicyDiff, type RegionWords, wordsOfRegion, wordsOfRequest } from '../../language/index.ts';
import { describeResult, type PendingChange, type PendingImpact } from './pendingImpact.ts';

/** A diff as `--json` prints it, and as the texts for people are made of it. */
export interface DiffDocument {
  readonly old: DiffSide;
  readonly new: DiffSide;
  readonly at: string;
  /** whether anything becomes newly acceptable: the exit code is 4 then */
  readonly opens: boolean;
  readonly notes: readonly string[];
  /** owners and grants that have another name */
  readonly renamed: PolicyDiff['renamed'];
  readonly changes: readonly ChangeDocument[];
  readonly limits: PolicyDiff['limits'];
  /** `null` when it was not asked for */
  readonly pending: PendingDocument | null;
}

export interface DiffSide {
  readonly file: string;
  readonly digest: string;
}

export interface ChangeDocument {
  readonly kind: 'added' | 'moved' | 'removed';
  readonly owner: string;
  readonly grant: string;
  readonly gateways: { readonly old: string | null; readonly new: string | null };
  readonly requestSet: RegionWords;
  readonly witness: { readonly at: string; readonly words: string; readonly request: VirtualInterface };
}

export interface PendingDocument {
  readonly evaluated: number;
  /** what a file does not say and was taken for granted, a sentence each */
  readonly unchecked: readonly string[];
  readonly changed: readonly {
    readonly id: string;
    readonly words: string;
    readonly old: string;
    readonly new: string;
    readonly opens: boolean;
  }[];
}

export function buildDiffDocument(
  diff: PolicyDiff,
  sides: { readonly old: DiffSide; readonly new: DiffSide },
  recipient: string,
  at: Date,
  pending: PendingImpact | null,
): DiffDocument {
  return {
    ...sides,
    at: at.toISOString(),
    opens: diff.opens,
    notes: diff.notes,
    renamed: diff.renamed,
    changes: diff.changes.map(({ kind, owner, grant, gateways, requestSet, example }) => ({
      kind,
      owner,
      grant,
      gateways: { old: gatewayWords(gateways.old), new: gatewayWords(gateways.new) },
      requestSet: wordsOfRegion(requestSet, recipient, at.getTime()),
      witness: {
        at: new Date(example.at).toISOString(),
        words: wordsOfRequest(example),
        request: example.request,
      },
    })),
    limits: diff.limits,
    pending: pending === null ? null : { ...pending, changed: pending.changed.map(changeOf) },
  };
}

function changeOf({ request, old, new: now }: PendingChange): PendingDocument['changed'][number] {
  return {
    id: request.id,
    words: wordsOfRequest({ request }),
    old: `${old.verdict}: ${describeResult(old)}`,
    new: `${now.verdict}: ${describeResult(now)}`,
    opens: now.verdict === 'accept',
  };
}

function gatewayWords(gateway: PolicyDiff['changes'][number]['gateways']['old']): string | null {
  if (gateway === null) return null;
  return gateway.name === null ? gateway.id : `${gateway.id} (${gateway.name})`;
}
