import type { Policy } from '../../core/policy.ts';
import { quote } from '../../core/printableText.ts';
import { gatewayNames, gatewayOf } from '../cases/gateways.ts';
import type { Finding, Path } from '../diagnostic.ts';
import { nearest } from '../didYouMean.ts';
import { LANGUAGE_FIELDS } from '../fields/index.ts';
import type { WrittenCase, WrittenCases } from './policyTestSchema.ts';

/** What in a file of cases does not go with the policy that it is about. */
export function against(policy: Policy, { cases }: WrittenCases): Finding[] {
  return cases.flatMap((one, i) => [
    ...undefinedGateways(policy, one, ['cases', i]),
    ...unreturned(policy, one, ['cases', i]),
  ]);
}

function undefinedGateways(policy: Policy, { live = [], expect }: WrittenCase, path: Path): Finding[] {
  const given = [
    { reference: expect.accept?.gateway, at: [...path, 'expect', 'accept', 'gateway'] },
    ...live.map(({ gateway }, i) => ({ reference: gateway, at: [...path, 'live', i, 'gateway'] })),
  ];
  return given.flatMap(({ reference, at }): Finding[] => {
    if (reference === undefined || gatewayOf(policy, reference) !== null) return [];
    const slip = nearest(reference, gatewayNames(policy));
    const message = `no gateway is named ${quote(reference)} in the policy`;
    const mend =
      slip === null ? 'write a name from its `gateways`, or an ID' : `did you mean ${quote(slip)}?`;
    return [{ path: at, at: 'value', code: 'undefined-gateway', message, mend }];
  });
}

/** A field that the provider never returns would try what cannot happen. */
function unreturned(
  { recipient: { provider } }: Policy,
  { request, live = [] }: WrittenCase,
  path: Path,
): Finding[] {
  const written = [
    { fields: request, at: [...path, 'request'] },
    ...live.map((fields, i) => ({ fields, at: [...path, 'live', i] })),
  ];
  return written.flatMap(({ fields, at }) =>
    (['mtu', 'tags'] as const)
      .filter((field) => fields[field] !== undefined && !returnedBy(field).includes(provider))
      .map((field) => ({
        path: [...at, field],
        at: 'value',
        code: 'unreturned-field',
        message: `\`${provider}\` never returns \`${field}\`, so no request has it`,
        mend: 'remove it',
      })),
  );
}

function returnedBy(field: keyof typeof LANGUAGE_FIELDS): readonly string[] {
  return LANGUAGE_FIELDS[field].providers;
}
