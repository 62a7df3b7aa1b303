import type { VirtualInterface } from '../../core/model.ts';
import {
  describeExample,
  describeRequest,
  describeRequestSet,
  type PolicyDiff,
  type RequestSetDescription,
} from '../../language/index.ts';
import { describeResult, type PendingChange, type PendingImpact } from './pendingImpact.ts';

/** A policy diff as `--json` prints it. Text and Markdown are rendered from it. */
export interface DiffDocument {
  readonly old: DiffSide;
  readonly new: DiffSide;
  readonly at: string;
  /** whether any request becomes newly acceptable: then the exit code is 4 */
  readonly opens: boolean;
  readonly notes: readonly string[];
  /** renamed owners and grants */
  readonly renamed: PolicyDiff['renamed'];
  readonly changes: readonly ChangeDocument[];
  readonly limits: PolicyDiff['limits'];
  /** `null`: not requested */
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
  readonly requestSet: RequestSetDescription;
  readonly example: { readonly at: string; readonly words: string; readonly request: VirtualInterface };
}

export interface PendingDocument {
  readonly evaluated: number;
  /** conditions that the request file does not give and that are assumed, one sentence each */
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
      gateways: { old: describeGateway(gateways.old), new: describeGateway(gateways.new) },
      requestSet: describeRequestSet(requestSet, recipient, at.getTime()),
      example: {
        at: new Date(example.at).toISOString(),
        words: describeExample(example),
        request: example.request,
      },
    })),
    limits: diff.limits,
    pending: pending === null ? null : { ...pending, changed: pending.changed.map(toPendingDocument) },
  };
}

function toPendingDocument({ request, old, new: now }: PendingChange): PendingDocument['changed'][number] {
  return {
    id: request.id,
    words: describeRequest({ request }),
    old: `${old.verdict}: ${describeResult(old)}`,
    new: `${now.verdict}: ${describeResult(now)}`,
    opens: now.verdict === 'accept',
  };
}

function describeGateway(gateway: PolicyDiff['changes'][number]['gateways']['old']): string | null {
  if (gateway === null) return null;
  return gateway.name === null ? gateway.id : `${gateway.id} (${gateway.name})`;
}
