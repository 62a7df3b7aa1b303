import * as z from 'zod';
import { parseHostAddress } from '../../core/ip.ts';
import { quote } from '../../core/printableText.ts';
import { ACCOUNT } from '../../core/resourceIds.ts';
import { connectionId } from '../connection.ts';
import type { Complaint } from '../diagnostic.ts';
import { asn, key, location, mtu, name, tags, vlan } from '../recordedRequests.ts';
import { filledMap, judgedText, shapedText } from '../scalarSchemas.ts';

/** How people write a virtual interface in a case. A field that is not there is one that the API does not give. */
export const interfaceShape = {
  connection: connectionId,
  vlan: vlan.optional(),
  name: name.optional(),
  location: location.optional(),
  mtu: mtu.optional(),
  tags: tags.optional(),
  ownerAccount: shapedText(
    'The account that the API names. When absent: the recipient, as it normally is.',
    ACCOUNT,
    (value) => ({
      code: 'account',
      message: `${quote(value)} is no account ID`,
      mend: 'write its 12 digits in quotes, as in "012345678901"',
    }),
  ).optional(),
  peers: z
    .array(
      z
        .strictObject({
          asn: asn.optional(),
          amazonAddress: address("the provider's end").optional(),
          customerAddress: address("the customer's end").optional(),
          key: key.optional(),
        })
        .superRefine(filledMap)
        .describe('One BGP session.'),
    )
    .describe('The BGP sessions that the API lists.')
    .optional(),
};

function address(whose: string) {
  return judgedText(
    `The address of ${whose} with its prefix length, such as \`169.254.10.1/30\`.`,
    addressFault,
  );
}

function addressFault(written: string): Complaint | null {
  if (parseHostAddress(written) !== null) return null;
  return {
    code: 'address',
    message: `${quote(written)} is no address`,
    mend: 'write address, slash and prefix length, such as `169.254.10.1/30`',
  };
}
