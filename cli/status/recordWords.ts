import { counted } from './statusWording.ts';
import type { AcceptedView, EndedView } from './targetView.ts';

/** What the table and the page say alike of what was accepted and what ended. */

/** Every grant that fitted. */
export function grantOf({ owner, grants }: AcceptedView): string {
  return grants.map((grant) => `${owner}.${grant}`).join(', ');
}

/** As written in the policy: not safe to print as it stands. */
export function ticketsOf({ tickets }: AcceptedView): string {
  return [...new Set(Object.values(tickets))].join(', ');
}

export function endedAsWords({ as }: EndedView): string {
  switch (as) {
    case 'accepted':
      return 'accepted, found out later';
    case 'acceptedByOthers':
      return 'accepted by somebody else';
    case 'gone':
      return 'gone just now';
    default:
      return as;
  }
}

/** Codes for which it was held, or how often confirming failed. */
export function whyEnded({ held, failures }: EndedView): string {
  if (held.length > 0) return [...new Set(held.map(({ code }) => code))].join(', ');
  return failures === 0 ? '' : `${counted(failures, 'confirm')} failed`;
}
