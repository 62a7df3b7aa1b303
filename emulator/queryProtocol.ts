import { randomUUID } from 'node:crypto';
import { type InvalidInput, UnknownMember } from './decoders.ts';
import { missingMemberMessage, unknownMemberMessage } from './jsonProtocol.ts';
import { STS_OPERATIONS } from './operations/sts.ts';
import { ApiError, type Request, type Response, type WireCall } from './wire.ts';

/** Writing XML: nothing of what the emulator writes needs attributes other than a namespace. */

/** An element with text; characters that XML does not allow at all become `?`. */
export function xmlElement(name: string, text: string): string {
  return `<${name}>${escaped(text)}</${name}>`;
}

function escaped(text: string): string {
  const marks: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text
    .replace(/[&<>"]/g, (mark) => marks[mark] ?? mark)
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?');
}

/** An object becomes elements, a list its `item`s, as EC2 does it. */
function xmlElements(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(([name, value]) => one(name, value))
    .join('');
}

function one(name: string, value: unknown): string {
  if (Array.isArray(value)) return `<${name}>${value.map((item) => one('item', item)).join('')}</${name}>`;
  if (typeof value === 'object' && value !== null) return `<${name}>${xmlElements({ ...value })}</${name}>`;
  return xmlElement(name, String(value));
}

type Entry = readonly [path: readonly string[], value: string];

/** deeper than any input of these APIs */
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

/** A call in the query protocol (EC2, STS); `null` when the request is none. */
export function parseQueryCall({ body }: Request): WireCall | null {
  const form = new URLSearchParams(Buffer.from(body).toString());
  const operation = form.get('Action');
  if (operation === null) return null;
  // Each API has operations of its own names; what nobody knows is EC2's to refuse.
  return Object.hasOwn(STS_OPERATIONS, operation) ? stsCall(operation, form) : ec2Call(operation, form);
}

function ec2Call(operation: string, form: URLSearchParams): WireCall {
  const open = `<${operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">`;
  return {
    service: 'ec2',
    operation,
    input: () => {
      if (form.get('DryRun') === 'true') {
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
    invalid: (fault) => new ApiError('ValidationError', stsInvalid(fault)),
    unknown: () => new ApiError('InvalidAction', `Could not find operation ${operation}`),
  };
}

/** What is left when the protocol has taken its own. */
function parameters(form: URLSearchParams): unknown {
  const own = ['Action', 'Version', 'DryRun'];
  return parseForm(new URLSearchParams([...form].filter(([name]) => !own.includes(name))));
}

function ec2Invalid(fault: InvalidInput): ApiError {
  if (fault instanceof UnknownMember) return new ApiError('UnknownParameter', unknownMemberMessage(fault));
  return fault.missing
    ? new ApiError('MissingParameter', `The request must contain the parameter ${fault.path}`)
    : new ApiError('InvalidParameterValue', fault.message);
}

function stsInvalid(fault: InvalidInput): string {
  if (fault instanceof UnknownMember) return unknownMemberMessage(fault);
  return fault.missing ? missingMemberMessage(fault.path) : fault.message;
}

function xml(status: number, body: string): Response {
  const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
  return { kind: 'response', status, contentType: 'text/xml;charset=UTF-8', body: head + body };
}
