import { isKeyDigest, type KeyDigest } from '../../core/model.ts';
import type { Path, Problem } from '../diagnostic.ts';
import { findNearest } from '../didYouMean.ts';
import { NOT_SHOWN } from '../possibleKeys.ts';
import { checkedText, patternHint } from '../scalarSchemas.ts';

const WRITE_DEMAND =
  'write `required`, or the digest that `vif-acceptor policy invite` prints, never the key itself';

/** The written form of `bgpKey`: `required`, or the digest of an agreed key. */
export const keyDemand = checkedText(
  'Every BGP peer that the API lists has a key: any key (`required`), or the agreed key of which this is the SHA-256 (`sha256:…`, printed by `policy invite`).',
  (written) => (written === 'required' || isKeyDigest(written) ? null : describeNoDemand(written)),
  patternHint('^(required|sha256:[0-9a-f]{64})$', WRITE_DEMAND),
);

/** @throws never for a text that the schema accepted */
export function normaliseKeyDemand(written: string): 'required' | KeyDigest {
  if (written === 'required' || isKeyDigest(written)) return written;
  // Fail closed: a digest that is not one must not become a demand that any key meets.
  throw new Error('the schema accepted a `bgpKey` that is neither `required` nor a digest');
}

/** Fail closed: a person may write the key itself here, so no message shows the value unless it is a digest. */
function describeNoDemand(written: string): Problem {
  const lower = written.trim().toLowerCase();
  return {
    code: 'bgp-key',
    message: `is neither \`required\` nor the digest of an agreed key; ${NOT_SHOWN}`,
    fix: isKeyDigest(lower)
      ? `write \`${lower}\``
      : findNearest(written, ['required']) === null
        ? WRITE_DEMAND
        : 'did you mean `required`?',
  };
}

/** The problem with a `bgpKey` that is no text, such as a key of digits only; `null` if the problem is another one. */
export function describeKeyOfOtherType({ code }: Problem, path: Path): Problem | null {
  return path.at(-1) === 'bgpKey' && code === 'wrong-type' ? describeNoDemand('') : null;
}
