import { InvalidInput, UnknownMember } from '../../../emulator/decoders.ts';
import type { Service } from '../../../emulator/dialects.ts';
import type { DialectName } from '../../../emulator/emulator.ts';
import { IGNORED_PARAMETERS } from '../../../emulator/inProcessEmulator.ts';
import { findOperation } from '../../../emulator/operations/operationTable.ts';
import { parseQueryCall } from '../../../emulator/queryProtocol.ts';
import { rowKey } from '../../../emulator/sources/source.ts';
import { ApiError, type Operation, type Output, parseJsonCall } from '../../../emulator/wire.ts';
import type { AuditRecord } from '../../../emulator/world.ts';
import { CALLS, type Call } from './allCalls.ts';
import { IDS, SECOND_PAGE } from './callVariant.ts';
import { recordingOf } from './recordingFiles.ts';
import { createRecordedWorld } from './replayRecording.ts';

/** Members that an operation reads and writes in one dialect, as paths without list indices: `tags.key`. */
export interface ObservedMembers {
  readonly input: readonly string[];
  readonly output: readonly string[];
}

/**
 * Executes every recorded call, and observes which members each operation takes and answers.
 * @returns by the key of the operation's row; without those that the dialect does not have
 */
export function observeMembers(dialect: DialectName): ReadonlyMap<string, ObservedMembers> {
  const observed = new Map<string, ObservedMembers>();
  const all: readonly AnyCall[] = [...CALLS, ...UNRECORDED];
  for (const [name, calls] of Map.groupBy(all, (call) => rowKey(call.service, call.operation))) {
    const { dialect: traits } = createRecordedWorld(dialect).world();
    const [first] = calls;
    const operation = first === undefined ? null : findOperation(first.service, first.operation, traits);
    if (operation === null) continue;
    const execute = (input: unknown) => executeIn(dialect, operation, input);
    const answered = calls.filter(({ refused }) => !(refused?.outscale && refused.aws));
    const inputs = answered.map((call) => readInput(call));
    const done = inputs.flatMap((input) => {
      const answer = execute(input);
      return answer instanceof Error ? [] : [{ input, answer }];
    });
    const [least] = done;
    // A dialect can refuse every call that has a member because of another one, so the member is also sent alone.
    const added = [...inputs.flatMap((input) => leavesOf(input)), ...(NOT_RECORDED[name] ?? [])]
      .filter(([path, value]) => {
        const input = least === undefined ? null : withMember(least.input, path, value);
        return input !== null && !(execute(input) instanceof Error);
      })
      .map(([path]) => path);
    const taken = [...done.flatMap(({ input }) => pathsOf(input)), ...added.flatMap(parentsAndSelf)];
    const read = new Set(done.flatMap(({ input }) => readMembers(execute, input)));
    const ignored = IGNORED_PARAMETERS.filter(
      (entry) => entry.operation === first?.operation && (entry.dialect ?? dialect) === dialect,
    ).map(({ member }) => member);
    observed.set(name, {
      input: unique(taken).filter((path) => read.has(path) && !ignored.includes(path)),
      output: unique(done.flatMap(({ answer }) => pathsOf(answer))),
    });
  }
  return observed;
}

type Path = readonly (string | number)[];
type Leaf = readonly [path: Path, value: unknown];

/** Members and values that no recording has: the pinned SDK drops the member, or only the refused value is recorded. */
const NOT_RECORDED: Readonly<Record<string, readonly Leaf[]>> = {
  AllocatePrivateVirtualInterface: [[['newPrivateVirtualInterfaceAllocation', 'rateLimit'], '500Mbps']],
  AllocatePublicVirtualInterface: [[['newPublicVirtualInterfaceAllocation', 'rateLimit'], '500Mbps']],
  AllocateTransitVirtualInterface: [[['newTransitVirtualInterfaceAllocation', 'rateLimit'], '500Mbps']],
  CreateLag: [[['requestMACSec'], false]],
  CreatePrivateVirtualInterface: [
    [['newPrivateVirtualInterface', 'rateLimit'], '500Mbps'],
    [['newPrivateVirtualInterface', 'prefixPoolAllocatedCountIpv4'], 100],
    [['newPrivateVirtualInterface', 'prefixPoolAllocatedCountIpv6'], 100],
  ],
  CreatePublicVirtualInterface: [[['newPublicVirtualInterface', 'rateLimit'], '500Mbps']],
  CreateTransitVirtualInterface: [
    [['newTransitVirtualInterface', 'rateLimit'], '500Mbps'],
    [['newTransitVirtualInterface', 'prefixPoolAllocatedCountIpv4'], 100],
    [['newTransitVirtualInterface', 'prefixPoolAllocatedCountIpv6'], 100],
  ],
  UpdateVirtualInterfaceAttributes: [
    [['enableSiteLink'], false],
    [['rateLimit'], '500Mbps'],
    [['prefixPoolAllocatedCountIpv4'], 100],
    [['prefixPoolAllocatedCountIpv6'], 100],
  ],
};

interface AnyCall extends Omit<Call, 'service'> {
  readonly service: Service;
}

function isRecorded(call: AnyCall): call is Call {
  return CALLS.some((one) => one === call);
}

/** Calls of operations for which no SDK client is installed. */
const UNRECORDED: readonly AnyCall[] = [
  {
    service: 'directconnect',
    operation: 'ListVirtualInterfaceRoutes',
    says: 'all that pass filters',
    input: {
      virtualInterfaceId: IDS.request,
      filters: { routeDirection: 'accepted', addressFamily: 'ipv4', cidrs: ['10.0.0.0/16'], asPath: [65010] },
    },
  },
  {
    service: 'directconnect',
    operation: 'ListVirtualInterfaceRoutes',
    says: 'a page',
    input: { virtualInterfaceId: IDS.request, filters: { communities: ['7224:7100'] }, maxResults: 1 },
  },
  {
    service: 'directconnect',
    operation: 'ListVirtualInterfaceRoutes',
    says: 'the second page',
    input: { virtualInterfaceId: IDS.request, maxResults: 1, nextToken: SECOND_PAGE },
  },
  {
    service: 'directconnect',
    operation: 'ListVirtualInterfaceRoutes',
    says: 'the first page',
    input: { virtualInterfaceId: IDS.request, maxResults: 1 },
  },
  {
    service: 'cloudtrail',
    operation: 'LookupEvents',
    says: 'a page',
    input: { StartTime: 0, EndTime: 4_000_000_000, MaxResults: 1 },
  },
  {
    service: 'cloudtrail',
    operation: 'LookupEvents',
    says: 'the second page',
    input: {
      LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'DeleteVirtualInterface' }],
      MaxResults: 1,
      NextToken: SECOND_PAGE,
    },
  },
  {
    service: 'oapi',
    operation: 'ReadApiLogs',
    says: 'a page',
    input: {
      Filters: { QueryDateAfter: '2000-01-01', QueryDateBefore: '2100-01-01' },
      ResultsPerPage: 1,
    },
  },
  {
    service: 'oapi',
    operation: 'ReadApiLogs',
    says: 'the second page',
    input: {
      Filters: {
        QueryCallNames: ['DeleteDirectLinkInterface'],
        QueryDateAfter: '2000-01-01',
        QueryDateBefore: '2100-01-01',
      },
      ResultsPerPage: 1,
      NextPageToken: SECOND_PAGE,
    },
  },
  {
    service: 'oapi',
    operation: 'DeleteDirectLinkInterface',
    says: 'a request',
    input: { DirectLinkInterfaceId: IDS.request },
  },
];

/** The input of a recorded call, as its operation gets it. */
function readInput(call: AnyCall): unknown {
  if (!isRecorded(call)) return call.input;
  const recording = recordingOf(call, 'sdk') ?? recordingOf(call, 'cli');
  if (recording === undefined) throw new Error(`${call.operation}: ${call.says} has no recording`);
  const { method, path, headers, body } = recording;
  const request = { method, target: path, headers, body: Buffer.from(body) };
  return (parseJsonCall(request) ?? parseQueryCall(request))?.input();
}

/** A call in the log of the world. */
function aRecord(service: AuditRecord['service'], id: string): AuditRecord {
  const name = service === 'oapi' ? 'DeleteDirectLinkInterface' : 'DeleteVirtualInterface';
  const of = { account: IDS.account, region: 'eu-west-2', service, operation: name, agent: 'a program' };
  return { id, at: Date.parse('2001-01-01'), ...of, input: {}, session: null, status: 200, error: null };
}

/** Executes an operation in a new world. @returns its answer, or why it refuses */
function executeIn(
  dialect: DialectName,
  operation: Operation,
  input: unknown,
): Output | ApiError | InvalidInput {
  const context = {
    world: createRecordedWorld(dialect).world(),
    account: IDS.account,
    region: 'eu-west-2',
    sessionToken: null,
  };
  for (const service of ['directconnect', 'oapi'] as const)
    for (const id of ['1', '2']) context.world.auditRecords.push(aRecord(service, id));
  try {
    return operation(context, input);
  } catch (error) {
    if (error instanceof ApiError || error instanceof InvalidInput) return error;
    throw error;
  }
}

/** The members that an operation reads, at each place of an input where it reads an object. */
function readMembers(execute: (input: unknown) => unknown, input: unknown): string[] {
  const objects = [[], ...leavesOf(input).flatMap(([path]) => path.map((_, i) => path.slice(0, i + 1)))];
  return objects.flatMap((path) => {
    const refusal = execute(withMember(input, [...path, 'a member that no operation has'], ''));
    if (!(refusal instanceof UnknownMember)) return [];
    return refusal.known.map((name) => nameOf([...path, name]));
  });
}

/** The places of a value that are neither objects nor lists. */
function leavesOf(value: unknown, path: Path = []): Leaf[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => leavesOf(item, [...path, i]));
  if (typeof value !== 'object' || value === null) return path.length === 0 ? [] : [[path, value]];
  return Object.entries(value).flatMap(([key, part]) => leavesOf(part, [...path, key]));
}

/** All members of a value, also empty objects and lists. */
function pathsOf(value: unknown, path: Path = []): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => pathsOf(item, path));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => [
    nameOf([...path, key]),
    ...pathsOf(part, [...path, key]),
  ]);
}

function parentsAndSelf(path: Path): string[] {
  return path.map((_, i) => nameOf(path.slice(0, i + 1))).filter((name) => name !== '');
}

function nameOf(path: Path): string {
  return path.filter((part) => typeof part === 'string').join('.');
}

/** A copy of a value with another member at a path. */
function withMember(value: unknown, [key, ...rest]: Path, member: unknown): unknown {
  if (key === undefined) return member;
  if (typeof key === 'number') {
    const items: unknown[] = Array.isArray(value) ? value : [];
    const changed = [...items];
    changed[key] = withMember(items[key], rest, member);
    return changed;
  }
  const fields: object = typeof value === 'object' && value !== null ? value : {};
  return { ...fields, [key]: withMember(Reflect.get(fields, key), rest, member) };
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
