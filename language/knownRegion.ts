import type { Provider, Recipient } from '../core/model.ts';
import { list, quote } from '../core/printableText.ts';

/** Regions for which OUTSCALE documents DirectLink. */
const OUTSCALE: readonly string[] = ['eu-west-2', 'us-east-2', 'cloudgouv-eu-west-1'];

/** How AWS names regions, one pattern for each of its partitions; new regions follow it. */
const AWS =
  /^((us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d+|cn-[a-z]+-\d+|us-gov-[a-z]+-\d+|eusc-[a-z]{2}-[a-z]+-\d+|us-iso[bf]?-[a-z]+-\d+|eu-isoe-[a-z]+-\d+)$/;

const FORMS: Readonly<
  Record<Provider, { readonly fits: (region: string) => boolean; readonly form: string }>
> = {
  outscale: {
    fits: (region) => OUTSCALE.includes(region),
    form: `OUTSCALE documents DirectLink for ${list(OUTSCALE.map(quote))}`,
  },
  aws: { fits: (region) => AWS.test(region), form: 'AWS names regions as in `eu-west-3` or `us-gov-east-1`' },
};

/** Why a region is probably a slip; `null` when it fits its provider. A warning, because a provider may open a new region. */
export function oddRegion({ provider, region }: Pick<Recipient, 'provider' | 'region'>): string | null {
  const { fits, form } = FORMS[provider];
  return fits(region) ? null : `region ${quote(region)} is not known for \`${provider}\`: ${form}`;
}
