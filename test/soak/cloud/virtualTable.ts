import { virtualNow } from '../virtual/virtualTime.ts';
import { type Answer, answerJson, type VirtualServer } from './virtualServer.ts';

type Value = Readonly<Record<string, unknown>>;
type Item = Record<string, Value>;

interface Conditional {
  readonly TableName: string;
  readonly Key: Item;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, Value>>;
}

/** The calls of the ledger to DynamoDB. The contract test compares this table with dynalite. */
interface Asked extends Conditional {
  readonly UpdateExpression: string;
  readonly KeyConditionExpression: string;
  readonly ExclusiveStartKey?: Item;
  readonly ReturnValues?: string;
  readonly RequestItems: Readonly<Record<string, readonly Write[]>>;
  readonly TransactItems: readonly Action[];
  readonly ClientRequestToken?: string;
}

interface Action {
  readonly ConditionCheck?: Conditional;
  readonly Put?: { readonly Item: Item };
  readonly Delete?: { readonly Key: Item };
}

interface Write {
  readonly PutRequest?: { readonly Item: Item };
  readonly DeleteRequest?: { readonly Key: Item };
}

/** How long DynamoDB remembers the token of a transaction, in milliseconds. */
const TOKEN_MS = 600_000;

/** A table with the keys `pk` and `sk` in memory, with the wire protocol of DynamoDB. */
export function createVirtualTable(): VirtualServer & { readonly items: ReadonlyMap<string, Item> } {
  const items = new Map<string, Item>();
  /** The transactions that were applied: when, by token. A transaction that arrives again within ten minutes changes nothing. */
  const applied = new Map<string, number>();
  const put = (item: Item) => items.set(nameOf(item), item);
  const operations: Readonly<Record<string, (asked: Asked) => unknown>> = {
    TransactWriteItems: ({ TransactItems, ClientRequestToken: token = '' }) => {
      const appliedAt = applied.get(token);
      if (appliedAt !== undefined && virtualNow() < appliedAt + TOKEN_MS) return {};
      const isMet = ({ ConditionCheck: check }: Action) => check === undefined || isMetBy(items, check);
      if (!TransactItems.every(isMet)) return new Canceled(TransactItems.map(isMet));
      for (const { Put, Delete } of TransactItems) {
        if (Put) put(Put.Item);
        if (Delete) items.delete(nameOf(Delete.Key));
      }
      if (token !== '') applied.set(token, virtualNow());
      return {};
    },
    GetItem: ({ Key }) => {
      const Item = items.get(nameOf(Key));
      return Item === undefined ? {} : { Item };
    },
    UpdateItem: (asked) => update(items, asked),
    Query: (asked) => query(items, asked),
    BatchWriteItem: ({ RequestItems }) => {
      for (const write of Object.values(RequestItems).flat()) {
        if (write.PutRequest) put(write.PutRequest.Item);
        if (write.DeleteRequest) items.delete(nameOf(write.DeleteRequest.Key));
      }
      return { UnprocessedItems: {} };
    },
  };
  return {
    items,
    answer: ({ operation, body }) => {
      const carryOut = operations[operation];
      if (carryOut === undefined) return error('UnknownOperationException', operation);
      const result = carryOut(JSON.parse(body));
      if (result instanceof Canceled) return answerJson(400, result);
      return result === null
        ? error('ConditionalCheckFailedException', 'The conditional request failed')
        : answerJson(200, result);
    },
    failure: (status) =>
      status === 400
        ? error('ProvisionedThroughputExceededException', 'too fast')
        : answerJson(status, {
            __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError',
            message: 'no',
          }),
  };
}

function error(type: string, message: string): Answer {
  return answerJson(400, { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message });
}

/** The answer to a transaction whose condition is not met. */
class Canceled {
  readonly __type = 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException';
  readonly message = 'Transaction cancelled';
  readonly CancellationReasons: readonly { readonly Code: string }[];
  constructor(isMet: readonly boolean[]) {
    this.CancellationReasons = isMet.map((met) => ({ Code: met ? 'None' : 'ConditionalCheckFailed' }));
  }
}

function nameOf({ pk, sk }: Item): string {
  return `${pk?.S}\n${sk?.S}`;
}

/** The items of one page: up to the size limit, including the item that exceeds it. */
const PAGE_BYTES = 2 ** 20;

function query(items: ReadonlyMap<string, Item>, asked: Asked) {
  const { KeyConditionExpression, ExpressionAttributeValues: values = {}, ExclusiveStartKey: start } = asked;
  const [partition, bound] = [String(values[':pk']?.S), String(values[':bound']?.S)];
  const begins = KeyConditionExpression.includes('begins_with');
  const sortKey = (item: Item): string => String(item.sk?.S);
  const found = [...items.values()]
    .filter((item) => {
      const sort = sortKey(item);
      const isBound = begins ? sort.startsWith(bound) : sort >= bound;
      return item.pk?.S === partition && isBound && (start === undefined || sort > sortKey(start));
    })
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  let bytes = 0;
  const most = found.findIndex((item) => {
    bytes += JSON.stringify(item).length;
    return bytes > PAGE_BYTES;
  });
  const { pk, sk } = found[most] ?? {};
  return most < 0 || most === found.length - 1
    ? { Items: found }
    : { Items: found.slice(0, most + 1), LastEvaluatedKey: { pk, sk } };
}

function lookups(before: Item, asked: Conditional) {
  const named = (alias: string): string => asked.ExpressionAttributeNames?.[alias] ?? alias;
  return {
    named,
    attribute: (alias: string): Value | undefined => before[named(alias)],
    value: (alias: string): Value => asked.ExpressionAttributeValues?.[alias] ?? {},
  };
}

function isMetBy(items: ReadonlyMap<string, Item>, asked: Conditional): boolean {
  const { attribute, value } = lookups(items.get(nameOf(asked.Key)) ?? {}, asked);
  return (asked.ConditionExpression ?? '')
    .split(' OR ')
    .some((terms) => terms.split(' AND ').every((term) => term === '' || holds(term, attribute, value)));
}

/** `null` when the condition is not met. */
function update(items: Map<string, Item>, asked: Asked): unknown {
  if (!isMetBy(items, asked)) return null;
  const { Key, ReturnValues } = asked;
  const before = items.get(nameOf(Key)) ?? {};
  const { named, attribute, value } = lookups(before, asked);
  const after: Item = { ...before, ...Key };
  for (const [verb, action] of actionsOf(asked.UpdateExpression)) {
    const [alias = '', operand = ''] = action.split(/ = | /);
    const name = named(alias);
    if (verb === 'REMOVE') delete after[name];
    else if (verb === 'ADD') after[name] = plus(before[name], value(operand));
    else after[name] = assigned(action.slice(action.indexOf('=') + 2), attribute, value);
  }
  items.set(nameOf(Key), after);
  return ReturnValues === 'ALL_NEW' ? { Attributes: after } : {};
}

/** Splits `SET a = b, c = d REMOVE e` into clauses. */
function actionsOf(expression: string): [verb: string, action: string][] {
  return expression.split(/ (?=REMOVE |ADD )/).flatMap((clause) => {
    const [, verb = '', list = ''] = /^(\w+) (.*)$/.exec(clause) ?? [];
    return list.split(/, (?![^(]*\))/).map((action): [string, string] => [verb, action]);
  });
}

type Lookup<T> = (alias: string) => T;

function assigned(term: string, attribute: Lookup<Value | undefined>, value: Lookup<Value>): Value {
  const [, alias, otherwise] = /^if_not_exists\((#\w+), (:\w+)\)$/.exec(term) ?? [];
  return alias === undefined ? value(term) : (attribute(alias) ?? value(otherwise ?? ''));
}

function plus(old: Value | undefined, more: Value): Value {
  return { N: String(Number(old?.N ?? 0) + Number(more.N)) };
}

function holds(term: string, attribute: Lookup<Value | undefined>, value: Lookup<Value>): boolean {
  const absent = /^attribute_not_exists\((#\w+)\)$/.exec(term)?.[1];
  if (absent !== undefined) return attribute(absent) === undefined;
  const typed = /^NOT attribute_type\((#\w+), :text\)$/.exec(term)?.[1];
  if (typed !== undefined) return attribute(typed)?.S === undefined;
  const [, begun, start] = /^begins_with\((#\w+), (:\w+)\)$/.exec(term) ?? [];
  if (begun !== undefined && start !== undefined)
    return String(attribute(begun)?.S ?? '').startsWith(String(value(start).S));
  const [alias = '', operator, other = ''] = term.split(' ');
  const [left, right] = [attribute(alias)?.S, value(other).S];
  if (typeof left !== 'string' || typeof right !== 'string') return false;
  if (operator === '=') return left === right;
  return operator === '<=' ? left <= right : left > right;
}
