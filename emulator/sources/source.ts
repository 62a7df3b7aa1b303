import type { DialectName, Service } from '../dialects.ts';

/**
 * Where a behaviour of the emulator is known from. `model`: the API model of AWS, with its own descriptions. `documentation`: a public page
 * of the provider. `recording`: a recorded answer of the real service. `inference`: concluded from the code of a client, or from another
 * behaviour.
 */
export type Source = 'model' | 'documentation' | 'recording' | 'inference';

/** The source on each provider. `null`: it does not have this, and the emulator refuses it in inputs and leaves it out of answers. */
export type Sources = Readonly<Record<DialectName, Source | null>>;

/** A member of an input or of an answer. */
export interface MemberSources {
  readonly sources: Sources;
  /** name of the shape of its object, or of each object of its list; `null`: it has no members */
  readonly shape: string | null;
  /** what a user should know about the value; empty if its name says everything */
  readonly note: string;
}

export type Members = Readonly<Record<string, MemberSources>>;

export interface OperationSources {
  readonly service: Service;
  /** of what the operation does, and of when it refuses */
  readonly effect: Sources;
  /** what a user should know about the effect; empty if nothing is unusual */
  readonly note: string;
  readonly input: Members;
  /** a text: the answer itself is an object of that shape */
  readonly output: Members | string;
}

/** The rows of several operations, by their keys (`rowKey`). The author of an operation fills its row. */
export type OperationRows = Readonly<Record<string, OperationSources>>;

/** The key of an operation's row: its name, and its service if Direct Connect has an operation of that name too. */
export function rowKey(service: Service, operation: string): string {
  return service === 'ec2' && operation === 'DescribeTags' ? `${operation} (EC2)` : operation;
}

interface More {
  readonly shape?: string;
  readonly note?: string;
}

/** A member that both providers have, known from the same source. */
export function both(source: Source, more: More = {}): MemberSources {
  return member({ outscale: source, aws: source }, more);
}

/** A member that both providers have, known from different sources. */
export function each(outscale: Source, aws: Source, more: More = {}): MemberSources {
  return member({ outscale, aws }, more);
}

/** A member that only AWS has. */
export function aws(source: Source, more: More = {}): MemberSources {
  return member({ outscale: null, aws: source }, more);
}

/** A member that both providers document, and that the API model of AWS describes. */
export function documented(more: More = {}): MemberSources {
  return each('documentation', 'model', more);
}

function member(sources: Sources, { shape = null, note = '' }: { shape?: string | null; note?: string }) {
  return { sources, shape, note };
}

/** The source of the effect of an operation that only AWS has. */
export const onAws = (source: Source): Sources => ({ outscale: null, aws: source });

/** The source of the effect of an operation, on OUTSCALE and on AWS. */
export const onEach = (outscale: Source, aws: Source): Sources => ({ outscale, aws });
