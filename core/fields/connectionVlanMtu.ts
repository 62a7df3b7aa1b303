import { filled, text } from '../decode.ts';
import { escapeText } from '../printableText.ts';
import { isConnectionId } from '../resourceIds.ts';
import { ternary } from '../ternaryLogic.ts';
import type { MatchField } from './matchField.ts';

/** The connection it stands on: set by the platform, never by the requester. */
export const connection: MatchField<readonly string[]> = {
  decode: filled(text('a connection ID', isConnectionId)),
  fits: (wanted, vif) => (vif.connection === null ? 'unknown' : ternary(wanted.includes(vif.connection))),
  touches: (wanted, vif) => connection.fits(wanted, vif),
  wanted: (wanted) => wanted.join(' or '),
  seen: (vif) => (vif.connection === null ? null : escapeText(vif.connection)),
};
