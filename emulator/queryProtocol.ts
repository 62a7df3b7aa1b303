import { randomUUID } from 'node:crypto';
import { type Misread, Surplus } from './decoders.ts';
import { ApiError } from './errors.ts';
import { missingMember, notEmulated } from './jsonProtocol.ts';
import { STS_OPERATIONS } from './operations/sts.ts';
import { readForm } from './protocol/form.ts';
import type { WireCall } from './protocol/protocol.ts';
import type { Request, Response } from './wire.ts';
import { element, elements } from './xml.ts';

/** A call in the query protocol (EC2, STS); `null` when the request is none. */
export function readQueryCall({ body }: Request): WireCall | null {
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
      xml(200, `${open}${element('requestId', randomUUID())}${elements(output)}</${operation}Response>`),
    failure: ({ code, message, status }) => {
      const errors = elements({
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
      const inner = elements({
        [`${operation}Result`]: output,
        ResponseMetadata: { RequestId: randomUUID() },
      });
      return xml(200, `<${operation}Response ${namespace}>${inner}</${operation}Response>`);
    },
    failure: ({ code, message, status }) => {
      const error = { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message };
      const inner = elements({ Error: error, RequestId: randomUUID() });
      return xml(status, `<ErrorResponse ${namespace}>${inner}</ErrorResponse>`);
    },
    invalid: (fault) => new ApiError('ValidationError', stsInvalid(fault)),
    unknown: () => new ApiError('InvalidAction', `Could not find operation ${operation}`),
  };
}

/** What is left when the protocol has taken its own. */
function parameters(form: URLSearchParams): unknown {
  const own = ['Action', 'Version', 'DryRun'];
  return readForm(new URLSearchParams([...form].filter(([name]) => !own.includes(name))));
}

function ec2Invalid(fault: Misread): ApiError {
  if (fault instanceof Surplus) return new ApiError('UnknownParameter', notEmulated(fault));
  return fault.missing
    ? new ApiError('MissingParameter', `The request must contain the parameter ${fault.path}`)
    : new ApiError('InvalidParameterValue', fault.message);
}

function stsInvalid(fault: Misread): string {
  if (fault instanceof Surplus) return notEmulated(fault);
  return fault.missing ? missingMember(fault.path) : fault.message;
}

function xml(status: number, body: string): Response {
  const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
  return { kind: 'response', status, contentType: 'text/xml;charset=UTF-8', body: head + body };
}
