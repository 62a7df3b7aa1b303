import { createHash, createHmac } from 'node:crypto';
import type { StoryService } from './story.ts';

/**
 * A client of the three services, made of modules of Node only: it must run where no SDK is installed. It signs requests and
 * speaks JSON 1.1 (Direct Connect) and the query protocol (EC2, STS).
 */

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
  /** sent with every call, for implementations that take the account from a header */
  readonly headers: Readonly<Record<string, string>>;
}

export interface ServiceCall {
  readonly endpoint: string;
  readonly region: string;
  readonly keys: Keys;
  readonly service: StoryService;
  readonly operation: string;
  readonly input: unknown;
}

export type Answer =
  | { readonly kind: 'output'; readonly output: unknown }
  | { readonly kind: 'error'; readonly status: number; readonly code: string; readonly message: string }
  /** no answer that a service gives: no connection, or a body in no known form */
  | { readonly kind: 'unreadable'; readonly why: string };

const TIME_LIMIT_MS = 30_000;
const VERSIONS = { ec2: '2016-11-15', sts: '2011-06-15' };

export async function callService(call: ServiceCall): Promise<Answer> {
  const url = new URL(call.endpoint);
  const { body, headers } = call.service === 'directconnect' ? jsonBody(call) : queryBody(call, call.service);
  const signed = sign(url, body, { ...headers, ...call.keys.headers }, call, new Date());
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: signed,
      body,
      signal: AbortSignal.timeout(TIME_LIMIT_MS),
    });
    return readAnswer(call, response.status, await response.text());
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { kind: 'unreadable', why: `no answer from ${call.endpoint}: ${cause}` };
  }
}

interface Sent {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

function jsonBody({ operation, input }: ServiceCall): Sent {
  return {
    body: JSON.stringify(input),
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `OvertureService.${operation}`,
    },
  };
}

function queryBody({ operation, input }: ServiceCall, service: 'ec2' | 'sts'): Sent {
  const version = VERSIONS[service];
  const parameters = flatten({ Action: operation, Version: version, ...Object(input) }, '');
  return {
    body: new URLSearchParams(parameters).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
  };
}

/** `{Filter: [{Name: 'state', Value: ['x']}]}` becomes `Filter.1.Name=state`, `Filter.1.Value.1=x`. */
function flatten(value: unknown, path: string): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[path, String(value)]];
  const members: [string, unknown][] = Array.isArray(value)
    ? value.map((item, i) => [String(i + 1), item])
    : Object.entries(value);
  return members.flatMap(([name, member]) => flatten(member, path === '' ? name : `${path}.${name}`));
}

/** Signs with version 4. @returns the headers to send */
function sign(
  url: URL,
  body: string,
  headers: Readonly<Record<string, string>>,
  { region, keys, service }: ServiceCall,
  now: Date,
): Record<string, string> {
  const time = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const token = keys.sessionToken === null ? {} : { 'x-amz-security-token': keys.sessionToken };
  const sent: Record<string, string> = { ...headers, ...token, 'x-amz-date': time };
  const all = Object.entries({ ...sent, host: url.host }).sort(([a], [b]) => (a < b ? -1 : 1));
  const names = all.map(([name]) => name).join(';');
  const lines = all.map(([name, value]) => `${name}:${value}`);
  const canonical = ['POST', url.pathname, '', ...lines, '', names, sha256(body)].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${keys.secretAccessKey}`);
  const credential = `Credential=${keys.accessKeyId}/${scope}`;
  const signature = hmac(key, toSign).toString('hex');
  sent.authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names}, Signature=${signature}`;
  return sent;
}

const sha256 = (data: string): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();

function readAnswer({ service, operation }: ServiceCall, status: number, body: string): Answer {
  try {
    const content = service === 'directconnect' ? JSON.parse(body === '' ? '{}' : body) : parseXml(body);
    if (status < 400) return { kind: 'output', output: outputOf(content, service, operation) };
    const { code, message } = service === 'directconnect' ? jsonError(content) : xmlError(content);
    return { kind: 'error', status, code, message };
  } catch {
    // A server that has no such operation often answers with a page of HTML or a text.
    if (status >= 400) return { kind: 'error', status, code: '', message: body.slice(0, 200) };
    return {
      kind: 'unreadable',
      why: `status ${status} with a body in no known form: ${body.slice(0, 200)}`,
    };
  }
}

function outputOf(content: Record<string, unknown>, service: StoryService, operation: string): unknown {
  if (service === 'directconnect') return content;
  const response = Object(content[`${operation}Response`]);
  return service === 'sts' ? response[`${operation}Result`] : response;
}

function jsonError(content: Record<string, unknown>): { code: string; message: string } {
  // The code may have a namespace before `#` and a URL after `:`.
  const code = String(content.__type ?? content.code ?? '').replace(/^.*#|:.*$/g, '');
  return { code, message: String(content.message ?? content.Message ?? '') };
}

function xmlError(content: Record<string, unknown>): { code: string; message: string } {
  const [root] = Object.values(content);
  const { Errors, Error: direct } = Object(root);
  const first = Object(direct ?? (Array.isArray(Errors) ? Errors[0] : Object(Errors).Error));
  return { code: String(first.Code ?? ''), message: String(first.Message ?? '') };
}

interface Element {
  readonly name: string;
  readonly children: Element[];
  text: string;
}

/** An element with `item` or `member` children becomes a list, one with other children an object, and one without a text. */
function parseXml(xml: string): Record<string, unknown> {
  const root: Element = { name: '', children: [], text: '' };
  const open = [root];
  for (const [, closes, name, closed, text] of xml.matchAll(
    /<\?[^>]*\?>|<(\/?)([\w.:-]+)[^>]*?(\/?)>|([^<]+)/g,
  )) {
    const parent = open.at(-1);
    if (parent === undefined) throw new SyntaxError('an element is closed that is not open');
    if (text !== undefined) parent.text += text;
    else if (closes === '/') open.pop();
    else if (name !== undefined) {
      const element: Element = { name, children: [], text: '' };
      parent.children.push(element);
      if (closed !== '/') open.push(element);
    }
  }
  if (open.length !== 1 || root.children.length !== 1) throw new SyntaxError('it is not XML with one root');
  return Object.fromEntries(root.children.map((element) => [element.name, xmlValue(element)]));
}

function xmlValue({ children, text }: Element): unknown {
  if (children.length === 0) return unescapeXml(text.trim());
  if (children.every(({ name }) => name === 'item' || name === 'member')) return children.map(xmlValue);
  return Object.fromEntries(children.map((child) => [child.name, xmlValue(child)]));
}

function unescapeXml(text: string): string {
  const marks: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replace(/&(\w+);/g, (entity, name: string) => marks[name] ?? entity);
}
