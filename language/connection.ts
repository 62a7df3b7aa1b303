import { quote } from '../core/printableText.ts';
import { CONNECTION, isConnectionId } from '../core/resourceIds.ts';
import { filledList, judgedText, patterned } from './scalarSchemas.ts';

const WRITE_ID =
  'write it as the provider shows it: `dxcon-` or `dxlag-`, then lower-case letters and digits';

export const connectionId = judgedText(
  'ID of a connection (`dxcon-…`) or of a link aggregation group (`dxlag-…`).',
  (value) =>
    isConnectionId(value)
      ? null
      : {
          code: 'connection-id',
          message: `${quote(value)} is no connection ID`,
          mend: isConnectionId(value.toLowerCase().trim())
            ? `write \`${value.toLowerCase().trim()}\``
            : WRITE_ID,
        },
  patterned(CONNECTION.source, WRITE_ID),
);

/** Connections, of which a rule says that none stands there twice. */
export function connectionList(description: string) {
  return filledList(connectionId, description, { uniqueItems: true });
}
