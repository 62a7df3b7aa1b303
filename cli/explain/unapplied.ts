import { needsOwnConnections } from '../../core/identify.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Owner, Policy } from '../../core/policy.ts';
import { list, quote } from '../../core/printableText.ts';

/** What a pass would look at besides, and a file cannot tell: a sentence each. */
export function unapplied(policy: Policy, owner: Owner | null, request: VirtualInterface): string[] {
  const own = needsOwnConnections(policy, request)
    ? [
        `whether connection ${quote(request.connection ?? '')} is one of our own, as the API names another account: then it would be ignored`,
      ]
    : [];
  const limits = owner === null ? [] : limitsOf(owner);
  return [
    ...own,
    ...(limits.length === 0 ? [] : [`limits (${list(limits)}): live interfaces are not known from a file`]),
    'gateway and network (gateway there, available and attached; VLAN and addresses free; ASN): only a pass looks at them',
    'what the ledger remembers: deadline, confirms in doubt, acceptances of the same pass',
  ];
}

function limitsOf({ name, limit, grants }: Owner): string[] {
  const own = limit === null ? [] : [`${limit} for owner \`${name}\``];
  return [
    ...own,
    ...grants.flatMap((grant) =>
      grant.limit === null ? [] : [`${grant.limit} for grant \`${name}.${grant.name}\``],
    ),
  ];
}
