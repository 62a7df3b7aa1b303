import * as z from 'zod';
import { STACK } from './cdk.ts';
import type { Moto } from './moto.ts';

/** The resources of a template, by logical ID. */
export type Resources = Readonly<Record<string, { readonly Type: string; readonly Properties?: unknown }>>;

/** What CloudFormation was told last, whether moto made something of it or not. */
export async function deployedTemplate(moto: Moto): Promise<Resources> {
  const answer = await ask(moto, 'GetTemplate');
  return getTemplate.parse(answer).GetTemplateResponse.GetTemplateResult.TemplateBody.Resources;
}

/** The names of what was made, by logical ID. moto gives none to what it makes nothing of. */
export async function made(moto: Moto): Promise<Map<string, string>> {
  const answer = describeStackResources.parse(await ask(moto, 'DescribeStackResources'));
  const { StackResources } = answer.DescribeStackResourcesResponse.DescribeStackResourcesResult;
  return new Map(
    StackResources.flatMap(({ LogicalResourceId: id, PhysicalResourceId: name }) =>
      id && name ? [[id, name] as const] : [],
    ),
  );
}

/** What stands in the template, and moto should have made; by logical ID. */
export async function notMade(moto: Moto, types: readonly string[]): Promise<string[]> {
  const names = await made(moto);
  const wanted = Object.entries(await deployedTemplate(moto)).filter(([, { Type }]) => types.includes(Type));
  return wanted.flatMap(([id]) => (names.has(id) ? [] : [id]));
}

/** What a dashboard shows, as CloudWatch keeps it. */
export async function dashboardBody(moto: Moto, DashboardName: string): Promise<string> {
  const form = { Action: 'GetDashboard', DashboardName, Version: '2010-08-01' };
  return (await moto.ask('monitoring', { form })).text();
}

async function ask(moto: Moto, Action: string): Promise<unknown> {
  const form = { Action, StackName: STACK, Version: '2010-05-15', ContentType: 'JSON' };
  return (await moto.ask('cloudformation', { form })).json();
}

const json = z.string().transform((text): unknown => JSON.parse(text));
const template = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string(), Properties: z.unknown() })),
});
const getTemplate = z.object({
  GetTemplateResponse: z.object({ GetTemplateResult: z.object({ TemplateBody: json.pipe(template) }) }),
});

const text = z.string().nullish();
const describeStackResources = z.object({
  DescribeStackResourcesResponse: z.object({
    DescribeStackResourcesResult: z.object({
      StackResources: z.array(z.object({ LogicalResourceId: text, PhysicalResourceId: text })),
    }),
  }),
});
