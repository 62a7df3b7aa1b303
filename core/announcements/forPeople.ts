import type { Deadline } from '../deadline.ts';
import type { HeldFor } from '../ledgerEntries.ts';
import type { Owner } from '../policy.ts';
import { clip, listSome, quote } from '../printableText.ts';

/** What whoever is woken needs to know, a line each, safe to print; `-` where there is nothing to say. */
export interface ForPeople {
  readonly who: string;
  readonly why: string;
  readonly byWhen: string;
  /** what to type, or to do */
  readonly toDo: string;
}

export const NOTHING_TO_DO = '-';

/** By its connection, which alone identifies. */
export function whoHas(connection: string | null, owners: readonly Owner[]): string {
  if (connection === null) return 'the API names no connection';
  const owner = owners.find(({ connections }) => connections.includes(connection));
  return owner === undefined
    ? `nobody in the policy has connection ${quote(connection)}`
    : `${named(owner.name, owners)}, on connection ${quote(connection)}`;
}

/** `owner acme (noc@acme.example)` */
export function named(name: string, owners: readonly Owner[]): string {
  const contact = owners.find((owner) => owner.name === name)?.contact ?? null;
  return `owner ${name}${contact === null ? '' : ` (${clip(quote(contact).slice(1, -1), 100)})`}`;
}

export function whyOf(reasons: readonly HeldFor[]): string {
  return reasons.length === 0
    ? '-'
    : listSome(
        reasons.map(({ message }) => message),
        5,
      );
}

export function whenOf({ earliest, latest }: Deadline): string {
  if (latest === null) return 'it does not expire';
  return earliest === null ? `any moment, ${latest} at the latest` : `between ${earliest} and ${latest}`;
}
