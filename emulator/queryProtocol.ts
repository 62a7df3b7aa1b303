import { randomUUID } from 'node:crypto';
import { type InvalidInput, UnknownMember } from './decoders.ts';
import { STS_OPERATIONS } from './operations/sts.ts';
import {
  ApiError,
  missingMemberMessage,
  type Request,
  type Response,
  splitTarget,
  unknownMemberMessage,
  type WireCall,
} from './wire.ts';

/** Writes XML. The emulator's answers need no attributes except a namespace. */

/** An element with text. Characters that XML does not allow become `?`. */
export function xmlElement(name: string, text: string): string {
  return `<${name}>${escaped(text)}</${name}>`;
}

function escaped(text: string): string {
  const marks: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text
    .replace(/[&<>"]/g, (mark) => marks[mark] ?? mark)
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?');
}

/** Writes an object as elements and a list as `item` elements, like EC2. */
function xmlElements(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(([name, value]) => xmlMember(name, value))
    .join('');
}

function xmlMember(name: string, value: unknown): string {
  if (Array.isArray(value))
    return `<${name}>${value.map((item) => xmlMember('item', item)).join('')}</${name}>`;
  if (typeof value === 'object' && value !== null) return `<${name}>${xmlElements({ ...value })}</${name}>`;
  return xmlElement(name, String(value));
}

type Entry = readonly [path: readonly string[], value: string];

/** Deeper than any input of these APIs. */
const DEEPEST = 8;

/** `Filter.1.Name=state&Filter.1.Value.1=x` becomes `{Filter: [{Name: 'state', Value: ['x']}]}`. */
function parseForm(form: URLSearchParams): unknown {
  const entries = [...form].map(([name, value]): Entry => [name.split('.'), value]);
  if (entries.some(([path]) => path.length > DEEPEST)) {
    throw new ApiError('MalformedInput', `A parameter has more than ${DEEPEST} parts.`);
  }
  return build(entries);
}

function build(entries: readonly Entry[]): unknown {
  const leaf = entries.find(([path]) => path.length === 0);
  if (leaf !== undefined) return leaf[1];
  const groups = Map.groupBy(entries, ([[head = '']]) => head);
  const built = [...groups].map(([head, group]): [string, unknown] => [
    head,
    build(group.map(([[, ...rest], value]): Entry => [rest, value])),
  ]);
  if (built.length > 0 && built.every(([head]) => /^\d+$/.test(head))) {
    return built.sort(([a], [b]) => Number(a) - Number(b)).map(([, item]) => item);
  }
  return Object.fromEntries(built);
}

/** Parses a call in the query protocol (EC2, STS); `null` if the request is in another protocol. A GET has its form in the target. */
export function parseQueryCall({ method, target, body }: Request): WireCall | null {
  const form = new URLSearchParams(
    method === 'GET' ? splitTarget(target).query : Buffer.from(body).toString(),
  );
  const operation = form.get('Action');
  if (operation === null) return null;
  // The operation names of the two APIs are distinct; EC2 refuses unknown ones.
  return Object.hasOwn(STS_OPERATIONS, operation) ? stsCall(operation, form) : ec2Call(operation, form);
}

function ec2Call(operation: string, form: URLSearchParams): WireCall {
  const open = `<${operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">`;
  return {
    service: 'ec2',
    operation,
    input: () => {
      if (form.get('DryRun')?.toLowerCase() === 'true') {
        const message = 'Request would have succeeded, but DryRun flag is set.';
        throw new ApiError('DryRunOperation', message, 412);
      }
      return parameters(form);
    },
    success: (output) =>
      xml(
        200,
        `${open}${xmlElement('requestId', randomUUID())}${xmlElements(output)}</${operation}Response>`,
      ),
    failure: ({ code, message, status }) => {
      const errors = xmlElements({
        Errors: { Error: { Code: code, Message: message } },
        RequestID: randomUUID(),
      });
      return xml(status, `<Response>${errors}</Response>`);
    },
    invalid: ec2Invalid,
    unknown: () =>
      new ApiError('InvalidAction', `The action ${operation} is not valid for this web service.`),
  };
}

function stsCall(operation: string, form: URLSearchParams): WireCall {
  const namespace = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"';
  return {
    service: 'sts',
    operation,
    input: () => parameters(form),
    success: (output) => {
      const inner = xmlElements({
        [`${operation}Result`]: output,
        ResponseMetadata: { RequestId: randomUUID() },
      });
      return xml(200, `<${operation}Response ${namespace}>${inner}</${operation}Response>`);
    },
    failure: ({ code, message, status }) => {
      const error = { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message };
      const inner = xmlElements({ Error: error, RequestId: randomUUID() });
      return xml(status, `<ErrorResponse ${namespace}>${inner}</ErrorResponse>`);
    },
    invalid: (error) => new ApiError('ValidationError', stsInvalid(error)),
    unknown: () => new ApiError('InvalidAction', `Could not find operation ${operation}`),
  };
}

/** The parameters without those of the protocol itself. */
function parameters(form: URLSearchParams): unknown {
  const own = ['Action', 'Version', 'DryRun'];
  return parseForm(new URLSearchParams([...form].filter(([name]) => !own.includes(name))));
}

function ec2Invalid(error: InvalidInput): ApiError {
  if (error instanceof UnknownMember) return new ApiError('UnknownParameter', unknownMemberMessage(error));
  return error.missing
    ? new ApiError('MissingParameter', `The request must contain the parameter ${error.path}`)
    : new ApiError('InvalidParameterValue', error.message);
}

function stsInvalid(error: InvalidInput): string {
  if (error instanceof UnknownMember) return unknownMemberMessage(error);
  return error.missing ? missingMemberMessage(error.path) : error.message;
}

function xml(status: number, body: string): Response {
  const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
  return { kind: 'response', status, contentType: 'text/xml;charset=UTF-8', body: head + body };
}
