import * as z from 'zod';
import { STACK } from './cdk.ts';
import type { Moto } from './moto.ts';

/** The resources of a template, by logical ID. */
export type Resources = Readonly<Record<string, { readonly Type: string; readonly Properties?: unknown }>>;

/** The resources of the last deployed template, including those that moto does not create. */
export async function deployedTemplate(moto: Moto): Promise<Resources> {
  return (await wholeTemplate(moto)).Resources;
}

/** The digests of the policies of the last deployed template, by target. */
export async function deployedDigests(moto: Moto): Promise<Readonly<Record<string, string>>> {
  return (await wholeTemplate(moto)).Metadata.VifAcceptorPolicies;
}

async function wholeTemplate(moto: Moto): Promise<z.infer<typeof template>> {
  const answer = await callCloudFormation(moto, 'GetTemplate');
  return getTemplate.parse(answer).GetTemplateResponse.GetTemplateResult.TemplateBody;
}

/** The physical names of resources by logical ID. A resource that moto did not create has none. */
export async function physicalNames(moto: Moto): Promise<Map<string, string>> {
  const answer = describeStackResources.parse(await callCloudFormation(moto, 'DescribeStackResources'));
  const { StackResources } = answer.DescribeStackResourcesResponse.DescribeStackResourcesResult;
  return new Map(
    StackResources.flatMap(({ LogicalResourceId: id, PhysicalResourceId: name }) =>
      id && name ? [[id, name] as const] : [],
    ),
  );
}

/** The logical IDs of resources of these types that are in the template, but were not created. */
export async function missingResources(moto: Moto, types: readonly string[]): Promise<string[]> {
  const names = await physicalNames(moto);
  const expected = Object.entries(await deployedTemplate(moto)).filter(([, { Type }]) =>
    types.includes(Type),
  );
  return expected.flatMap(([id]) => (names.has(id) ? [] : [id]));
}

/** The body of a dashboard, as CloudWatch stores it. */
export async function dashboardBody(moto: Moto, DashboardName: string): Promise<string> {
  const form = { Action: 'GetDashboard', DashboardName, Version: '2010-08-01' };
  return (await moto.call('monitoring', { form })).text();
}

async function callCloudFormation(moto: Moto, Action: string): Promise<unknown> {
  const form = { Action, StackName: STACK, Version: '2010-05-15', ContentType: 'JSON' };
  return (await moto.call('cloudformation', { form })).json();
}

const json = z.string().transform((text): unknown => JSON.parse(text));
const template = z.object({
  Metadata: z.object({ VifAcceptorPolicies: z.record(z.string(), z.string()) }),
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
