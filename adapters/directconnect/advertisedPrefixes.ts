import { DescribeVirtualInterfacesCommand } from '@aws-sdk/client-direct-connect';
import { HttpRequest } from '@smithy/protocol-http';
import { formatCidr, parseHostAddress } from '../../core/ip.ts';
import { ApiFailure } from '../../run/portErrors.ts';
import { FieldReader } from '../awsProtocol/fieldReader.ts';
import { type Page, readAllPages } from '../awsProtocol/pagesAndBatches.ts';
import { type ApiClient, callRead } from '../awsProtocol/sdkClient.ts';
import { keepItems } from './describeInterfaces.ts';

/** The operation that lists the routes of an interface. The API model of the pinned SDK does not have it. */
const LIST_ROUTES = 'ListVirtualInterfaceRoutes';

/** The most routes in one answer. */
const PAGE_SIZE = 100;

/**
 * Lists the prefixes that the owner of an interface advertises over it: its `accepted` routes. Each is listed once, although several BGP
 * peers may advertise it. @throws ApiFailure
 */
export async function advertisedPrefixes(client: ApiClient, id: string): Promise<readonly string[]> {
  const ask = (nextToken: string | null): Promise<Page> =>
    askForRoutes(client, {
      virtualInterfaceId: id,
      filters: { routeDirection: 'accepted' },
      maxResults: PAGE_SIZE,
      ...(nextToken === null ? {} : { nextToken }),
    });
  const routes = await readAllPages(
    ask,
    (why) => malformed(id, why),
    (raw) => readPrefix(id, raw),
  );
  return [...new Set(routes.filter((prefix) => prefix !== null))];
}

/** The prefix of a route that the owner advertises; `null`: a route of the other direction, should the API ignore the filter. */
function readPrefix(id: string, raw: unknown): string | null {
  const reader = new FieldReader(raw);
  const [cidr, direction] = [reader.text('cidr'), reader.text('routeDirection')];
  if (direction === 'advertised') return null;
  const address = cidr === null ? null : parseHostAddress(cidr);
  // Fail closed: an unreadable prefix may be any prefix.
  if (address === null || reader.errors.length > 0) throw malformed(id, 'a route has no readable prefix');
  return formatCidr(address.subnet);
}

function malformed(id: string, why: string): ApiFailure {
  return new ApiFailure(LIST_ROUTES, 'malformed', `the answer for ${id}: ${why}`);
}

/**
 * Makes the call with a command that the SDK has, which differs only in name and parameters: so it is signed, retried and its errors are
 * read as those of every other call.
 */
function askForRoutes(client: ApiClient, input: Readonly<Record<string, unknown>>): Promise<Page> {
  return callRead(client, LIST_ROUTES, async (sdk, options) => {
    const command = new DescribeVirtualInterfacesCommand({});
    command.middlewareStack.add(
      (next) => (args) => {
        const { request } = args;
        if (!HttpRequest.isInstance(request)) throw new Error('the SDK made no HTTP request');
        request.headers['x-amz-target'] = `OvertureService.${LIST_ROUTES}`;
        request.body = JSON.stringify(input);
        return next(args);
      },
      // After the SDK wrote the request, and before it computes the length and signs.
      { name: 'replaceCall', step: 'serialize', priority: 'low' },
    );
    const readItems = keepItems(command, 'routes', 'virtualInterfaces');
    const { nextToken } = await sdk.send(command, options);
    return { items: readItems(), nextToken };
  });
}
