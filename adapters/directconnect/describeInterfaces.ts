import {
  DescribeVirtualInterfacesCommand,
  type DescribeVirtualInterfacesCommandInput,
} from '@aws-sdk/client-direct-connect';
import { HttpResponse } from '@smithy/protocol-http';
import { readBoundedBody } from '../awsProtocol/clientHttp.ts';
import type { Page } from '../awsProtocol/pagesAndBatches.ts';
import { type ApiClient, callRead } from '../awsProtocol/sdkClient.ts';

/** The operation that lists and describes interfaces. */
export const DESCRIBE_INTERFACES = 'DescribeVirtualInterfaces';

/**
 * Requests interfaces, and returns each as it is in the body of the answer: the SDK drops the members that its API model does
 * not have. The items contain BGP keys in clear text. If the body has no list, `items` is no list either.
 * @throws ApiFailure
 */
export function describeInterfaces(
  client: ApiClient,
  input: DescribeVirtualInterfacesCommandInput,
): Promise<Page> {
  return callRead(client, DESCRIBE_INTERFACES, async (sdk, options) => {
    const command = new DescribeVirtualInterfacesCommand(input);
    const readItems = keepItems(command, 'virtualInterfaces', 'virtualInterfaces');
    const { nextToken } = await sdk.send(command, options);
    return { items: readItems(), nextToken };
  });
}

/**
 * Makes a command keep the items of its answer as they came. The SDK reads the rest of the answer without them, so that a large
 * listing is in memory once.
 * @param list the member of the answer that has the items
 * @param listOfModel the list that the SDK expects in the answer to this command
 * @returns reads the items of the last answer; they are `undefined` unless the answer was a success with a list in it
 */
export function keepItems(
  { middlewareStack }: DescribeVirtualInterfacesCommand,
  list: string,
  listOfModel: string,
): () => unknown {
  let items: unknown;
  middlewareStack.add(
    (next) => async (args) => {
      items = undefined;
      const result = await next(args);
      const { response } = result;
      // The SDK reads errors itself.
      if (!HttpResponse.isInstance(response) || response.statusCode >= 300) return result;
      const body = await readBoundedBody(response.body);
      const answer = parseObject(body);
      if (answer !== null) ({ [list]: items } = answer);
      response.body = answer === null ? body : Buffer.from(JSON.stringify({ ...answer, [listOfModel]: [] }));
      return result;
    },
    // Inside the step that reads the body.
    { name: 'keepItems', step: 'deserialize', priority: 'low' },
  );
  return () => items;
}

/** `null`: the body is not an object. The SDK reads the same body and reports the error. */
function parseObject(body: Uint8Array): Record<string, unknown> | null {
  try {
    const answer: unknown = JSON.parse(Buffer.from(body).toString());
    return typeof answer === 'object' && answer !== null && !Array.isArray(answer) ? { ...answer } : null;
  } catch {
    return null;
  }
}
