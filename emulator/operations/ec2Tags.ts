import { exactObject, list, oneOf, optional, text } from '../decoders.ts';
import { ApiError, type Context, type Operation, operation } from '../wire.ts';
import { isIn, type Tag, type Tagged, type World } from '../world.ts';
import { applyFilters, type FilterTable, LISTING } from './filters.ts';
import { paginateEc2 } from './listParameters.ts';

/** The limit of tags of one resource. */
const MAX_TAGS = 50;

const TAG = exactObject({ Key: text, Value: optional(text, '') });

/** The `TagSpecification` member of the input that creates a resource. Throws `ApiError` for tags that EC2 refuses. */
export function tagSpecifications(resourceType: ResourceType) {
  const specifications = optional(
    list(exactObject({ ResourceType: oneOf([resourceType]), Tag: optional(list(TAG), []) })),
    [],
  );
  return (value: unknown, path: string): readonly Tag[] =>
    validTags(specifications(value, path).flatMap(({ Tag }) => Tag.map(toTag)));
}

const toTag = ({ Key, Value }: { readonly Key: string; readonly Value: string }): Tag => ({
  key: Key,
  value: Value,
});

function validTags(tags: readonly Tag[]): readonly Tag[] {
  const keys = tags.map(({ key }) => key);
  const twice = keys.find((key, i) => keys.indexOf(key) !== i);
  if (twice !== undefined) throw invalid(`Duplicate tag key '${twice}' specified.`);
  for (const { key, value } of tags) {
    if (key === '' || [...key].length > 127) {
      throw invalid(`Tag key '${key}' must have 1 to 127 characters.`);
    }
    if (/^aws:/i.test(key)) throw invalid(`Tag keys starting with 'aws:' are reserved: '${key}'.`);
    if ([...value].length > 256) throw invalid(`The value of tag '${key}' has more than 256 characters.`);
  }
  return withinLimit(tags);
}

function withinLimit(tags: readonly Tag[]): readonly Tag[] {
  if (tags.length <= MAX_TAGS) return tags;
  throw new ApiError('TagLimitExceeded', `A resource can have ${MAX_TAGS} tags, not ${tags.length}.`);
}

function invalid(message: string): ApiError {
  return new ApiError('InvalidParameterValue', message);
}

const createTags = operation(
  exactObject({ ResourceId: list(text), Tag: list(TAG) }),
  (context, { ResourceId: ids, Tag: given }) => {
    const tags = validTags(given.map(toTag));
    const resources = ids.map((id) => findTagged(context, id));
    const changed = resources.map((resource) =>
      withinLimit([...resource.tags.filter(({ key }) => !tags.some((tag) => tag.key === key)), ...tags]),
    );
    // Only now, because one error leaves every resource as it is.
    resources.forEach((resource, i) => {
      resource.tags = changed[i] ?? resource.tags;
    });
    return { return: true };
  },
);

const deleteTags = operation(
  exactObject({
    ResourceId: list(text),
    Tag: optional(list(exactObject({ Key: text, Value: optional(text, null) })), null),
  }),
  (context, { ResourceId: ids, Tag: asked }) => {
    const resources = ids.map((id) => findTagged(context, id));
    // A tag with a value is deleted only if it has that value, and a call without tags deletes every tag.
    const isAsked = ({ key, value }: Tag) =>
      asked === null || asked.some(({ Key, Value }) => Key === key && (Value === null || Value === value));
    for (const resource of resources) resource.tags = resource.tags.filter((tag) => !isAsked(tag));
    return { return: true };
  },
);

interface Description extends Tag {
  readonly id: string;
  readonly type: ResourceType;
  /** the tag itself, for the filters of tags */
  readonly tags: readonly Tag[];
}

const FILTER_TABLE: FilterTable<Description> = {
  key: ({ key }) => [key],
  'resource-id': ({ id }) => [id],
  'resource-type': ({ type }) => [type],
  value: ({ value }) => [value],
};

const describeTags = operation(exactObject(LISTING), (context, { Filter: filters, ...page }) => {
  const all = RESOURCE_TYPES.flatMap((type) =>
    taggedResources(context, type).flatMap(({ id, tags }): Description[] =>
      tags.map((tag) => ({ ...tag, id, type, tags: [tag] })),
    ),
  );
  const found = applyFilters(all, filters, FILTER_TABLE);
  const { items, next } = paginateEc2(found, page, context.world.dialect);
  const present = ({ id, type, key, value }: Description) => ({
    resourceId: id,
    resourceType: type,
    key,
    value,
  });
  return { tagSet: items.map(present), ...next };
});

interface Kind {
  readonly prefix: string;
  /** the code of the error for an unknown ID */
  readonly notFound: string;
  all(world: World): readonly Tagged[];
}

/** The resources that can have tags, by their type in the API. */
const KINDS = {
  'network-acl': {
    prefix: 'acl-',
    notFound: 'InvalidNetworkAclID.NotFound',
    all: ({ vpcs }) => [...vpcs.values()].map(({ networkAcl }) => networkAcl),
  },
  'route-table': {
    prefix: 'rtb-',
    notFound: 'InvalidRouteTableID.NotFound',
    all: ({ routeTables }) => [...routeTables.values()],
  },
  'security-group': {
    prefix: 'sg-',
    notFound: 'InvalidGroup.NotFound',
    all: ({ vpcs }) => [...vpcs.values()].map(({ securityGroup }) => securityGroup),
  },
  'transit-gateway': {
    prefix: 'tgw-',
    notFound: 'InvalidTransitGatewayID.NotFound',
    all: ({ transitGateways }) => [...transitGateways.values()],
  },
  vpc: { prefix: 'vpc-', notFound: 'InvalidVpcID.NotFound', all: ({ vpcs }) => [...vpcs.values()] },
  'vpn-gateway': {
    prefix: 'vgw-',
    notFound: 'InvalidVpnGatewayID.NotFound',
    all: ({ virtualGateways }) => [...virtualGateways.values()],
  },
} satisfies Record<string, Kind>;

type ResourceType = keyof typeof KINDS;

/** The keys of the literal above. */
const RESOURCE_TYPES = Object.keys(KINDS) as readonly ResourceType[];

/** The caller's resources of a type. */
function taggedResources(context: Context, type: ResourceType): readonly Tagged[] {
  return KINDS[type].all(context.world).filter((resource) => isIn(context, resource));
}

function findTagged(context: Context, id: string): Tagged {
  const type = RESOURCE_TYPES.find((each) => id.startsWith(KINDS[each].prefix));
  if (type === undefined) throw new ApiError('InvalidID', `The ID '${id}' is not valid`);
  const found = taggedResources(context, type).find((resource) => resource.id === id);
  if (found !== undefined) return found;
  throw new ApiError(KINDS[type].notFound, `The ${type} ID '${id}' does not exist`);
}

export const TAG_OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateTags: createTags,
  DeleteTags: deleteTags,
  DescribeTags: describeTags,
};
