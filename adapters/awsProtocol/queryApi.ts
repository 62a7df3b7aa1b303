import { parseXML } from '@aws-sdk/xml-builder';
import type { ApiClient } from './sdkClient.ts';
import { type Answer, createSignedCalls, type SignedEndpoint, wireError } from './signedCalls.ts';

/** A client of the AWS query protocol (EC2, FCU, STS) for the few reads that are needed. */
export interface QueryApi {
  /** @returns the answer's root element. @throws ApiFailure */
  call(action: string, parameters?: Readonly<Record<string, string>>): Promise<XmlFields>;
}

export type XmlFields = Readonly<Record<string, unknown>>;

export interface QuerySettings extends SignedEndpoint {
  readonly service: 'ec2' | 'sts';
  readonly version: string;
}

/** @param client shares its credentials and connections */
export function createQueryApi(client: ApiClient, settings: QuerySettings): QueryApi {
  const calls = createSignedCalls(client, settings);
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  return {
    call: (action, parameters = {}) => {
      const form = new URLSearchParams({ Action: action, Version: settings.version, ...parameters });
      return calls.call(action, { path: '/', headers, body: form.toString() }, (answer) =>
        readAnswer(action, answer),
      );
    },
  };
}

/** Whether an element is a list of items, which may be empty. */
export function isXmlList(element: unknown): boolean {
  return typeof element === 'string' ? element.trim() === '' : Object.hasOwn(xmlFields(element), 'item');
}

/** Reads a list of items. The parser gives it as an array, as one element, or as empty text. */
export function xmlItems(set: unknown): readonly XmlFields[] {
  const item = xmlFields(set).item;
  return (Array.isArray(item) ? item : item === undefined ? [] : [item]).map(xmlFields);
}

export function xmlFields(value: unknown): XmlFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

export function xmlText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function readAnswer(action: string, answer: Answer): XmlFields {
  const { status, body } = answer;
  let root: XmlFields;
  try {
    root = xmlFields(parseXML(body));
  } catch {
    root = {};
  }
  const content = root[`${action}Response`];
  if (status === 200 && content !== undefined) return xmlFields(content);
  const { code, message } = readErrorIn(root);
  throw wireError(answer, code, message);
}

/** EC2: `Response.Errors.Error`; STS: `ErrorResponse.Error`. */
function readErrorIn(root: XmlFields): { code: string | null; message: string | null } {
  const ec2 = xmlFields(xmlFields(xmlFields(root.Response).Errors).Error);
  const sts = xmlFields(xmlFields(root.ErrorResponse).Error);
  return { code: xmlText(ec2.Code ?? sts.Code), message: xmlText(ec2.Message ?? sts.Message) };
}
