import { type Grant, isPinned, type Owner, type Policy } from '../core/policy.ts';
import { formatFirst, formatList, quote } from '../core/printableText.ts';

/** A valid part of a policy that its author should verify outside of the file. It changes no result of a command. */
export interface Notice {
  readonly code: 'maybe-shared';
  /** the exclusive connection that may be shared */
  readonly connection: string;
  /** of the list that contains it */
  readonly path: string;
  readonly message: string;
}

/**
 * Finds exclusive connections on which the policy itself suggests several parties: they may be connections of a carrier, on which
 * every customer of the carrier would be taken for the owner. Names of owners and gateways are no such sign, because they differ in too
 * many correct policies.
 */
export function findNotices({ owners }: Policy): Notice[] {
  return owners.flatMap((owner) =>
    owner.connections.flatMap((connection) => {
      const grants = grantsOn(owner, connection);
      const signs = grants.length === 0 ? [] : [...severalContacts(owner), ...severalNames(grants)];
      return signs.length === 0 ? [] : [createNotice(owner, connection, signs)];
    }),
  );
}

function createNotice({ name }: Owner, connection: string, signs: readonly string[]): Notice {
  const who = quote(name);
  return {
    code: 'maybe-shared',
    connection,
    path: `owners.${name}.connections`,
    message:
      `${quote(connection)} may be shared: ${formatList(signs)}; on a connection of a carrier, every customer of the carrier could ` +
      `make requests as ${who}: ask the carrier; in doubt use \`sharedConnections\``,
  };
}

/** The grants that accept every party that can offer on a connection. A pinned grant accepts no other party, on any connection. */
function grantsOn({ grants }: Owner, connection: string): readonly Grant[] {
  return grants.filter(
    ({ match }) => (match.connection === null || match.connection.includes(connection)) && !isPinned(match),
  );
}

/** Addresses of one domain, or of a domain and its subdomains, are those of one party. */
function severalContacts({ contact }: Owner): string[] {
  const found = [...(contact ?? '').matchAll(/@([a-z0-9-]+(?:\.[a-z0-9-]+)+)/gi)];
  const domains = [...new Set(found.map(([, domain = '']) => domain.toLowerCase()))];
  const parties = domains.filter((domain) => !domains.some((other) => domain.endsWith(`.${other}`)));
  return parties.length < 2 ? [] : [`the contact has addresses of ${formatList(parties.map(quote))}`];
}

/** The least number of different names that suggests several parties. */
const MANY = 3;

function severalNames(grants: readonly Grant[]): string[] {
  const words = new Set(grants.flatMap(({ match }) => (match.name ?? []).flatMap(firstWord)));
  if (words.size >= MANY)
    return [`the names in the grants begin with ${formatFirst([...words].map(quote), MANY)}`];
  const differing = findDifferingGrants(grants);
  return differing.length < MANY
    ? []
    : [`the grants ${formatList(differing.map(({ name }) => quote(name)))} have different tickets and names`];
}

/** The first word of a name pattern: `acme` of `acme-prod-*`; none if a wildcard comes first. */
function firstWord(pattern: string): string[] {
  return /^[\p{L}\p{N}]+/u.exec(pattern.toLowerCase()) ?? [];
}

/** Up to `MANY` grants of which no two have the same ticket, and no two the same names. */
function findDifferingGrants(grants: readonly Grant[]): readonly Grant[] {
  const found: Grant[] = [];
  for (const grant of grants) {
    const { ticket, match } = grant;
    if (ticket === null || match.name === null) continue;
    const names = String(match.name);
    if (found.every((one) => one.ticket !== ticket && String(one.match.name) !== names)) found.push(grant);
    if (found.length === MANY) break;
  }
  return found;
}
