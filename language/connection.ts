import { isConnectionId } from '../lambda/core/ids.ts';
import { quote } from '../lambda/core/text.ts';
import { judgedText } from './leaf.ts';

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
            : 'write it as the provider shows it: `dxcon-` or `dxlag-`, then lower-case letters and digits',
        },
  /^dx(con|lag)-[0-9a-z]+$/,
);
