import { quote } from '../../core/printableText.ts';
import { REASON_CODES, type ReasonCode } from '../../core/reasons.ts';
import type { Complaint } from '../diagnostic.ts';
import { nearest } from '../didYouMean.ts';
import { judgedText } from '../scalarSchemas.ts';

/** What a case cannot bring about, and why. All others follow from policy, request, time and live interfaces alone. */
const NEVER: { readonly [Code in ReasonCode]?: string } = {
  'not-private': 'requests of cases are private; others are held whatever the policy says',
  unreadable: 'requests of cases are readable; others are held whatever the policy says',
  'gateway-missing': 'it depends on the gateways of the account, which only a pass looks at',
  'gateway-not-available': 'it depends on the gateways of the account, which only a pass looks at',
  'gateway-not-attached': 'it depends on the gateways of the account, which only a pass looks at',
  'asn-conflict': "it depends on the gateway's ASN, which only a pass looks at",
};

export const reasonCode = judgedText('The code of a reason to hold (docs/reasons.md).', (written) => {
  const code = REASON_CODES.find((candidate) => candidate === written);
  return code === undefined ? noCode(written) : undecidable(code);
});

function noCode(written: string): Complaint {
  const slip = nearest(written, REASON_CODES);
  return {
    code: 'reason-code',
    message: `${quote(written)} is no code of a reason`,
    mend: slip === null ? 'write one of those in docs/reasons.md' : `did you mean \`${slip}\`?`,
  };
}

function undecidable(code: ReasonCode): Complaint | null {
  const why = NEVER[code];
  if (why === undefined) return null;
  return {
    code: 'undecidable-reason',
    message: `no case can be held for \`${code}\`: ${why}`,
    mend: 'remove it',
  };
}
