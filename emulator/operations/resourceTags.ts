import { exactObject, list, text } from '../decoders.ts';
import { ApiError, type Context, clientException, type Operation, operation } from '../wire.ts';
import { isIn, type Tag } from '../world.ts';
import { isVisibleTo } from './callerResources.ts';
import { MAX_TAGS, REQUIRED_TAGS, serializeTags } from './tags.ts';

/** A resource of Direct Connect with tags. */
interface Tagged {
  tags: readonly Tag[];
}

const describeTags = operation(exactObject({ resourceArns: list(text) }), (context, { resourceArns }) => ({
  resourceTags: resourceArns.map((resourceArn) => ({
    resourceArn,
    ...serializeTags(taggedResource(context, resourceArn).tags),
  })),
}));

const tagResource = operation(
  exactObject({ resourceArn: text, tags: REQUIRED_TAGS }),
  (context, { resourceArn, tags: added }) => {
    const resource = taggedResource(context, resourceArn);
    const left = resource.tags.filter(({ key }) => added.every((tag) => tag.key !== key));
    const tags = [...left, ...added];
    if (tags.length > MAX_TAGS) {
      throw new ApiError('TooManyTagsException', `${resourceArn} would have more than ${MAX_TAGS} tags.`);
    }
    resource.tags = tags;
    return {};
  },
);

const untagResource = operation(
  exactObject({ resourceArn: text, tagKeys: list(text) }),
  (context, { resourceArn, tagKeys }) => {
    const resource = taggedResource(context, resourceArn);
    resource.tags = resource.tags.filter(({ key }) => !tagKeys.includes(key));
    return {};
  },
);

const ARN = /^arn:[a-z-]+:directconnect:([a-z0-9-]*):(\d{12}):(dxcon|dxlag|dxvif|dx-gateway)\/([0-9a-z-]+)$/;

/**
 * The resource of the caller with this ARN. Both accounts of an interface name it with their own account in the ARN, because
 * that is what clients build; its tags are the same for both. Throws `ApiError`.
 */
function taggedResource(context: Context, arn: string): Tagged {
  const [, region, account, kind, name = ''] = ARN.exec(arn) ?? [];
  if (kind === undefined) throw clientException(`The resourceArn ${arn} is not an ARN of Direct Connect.`);
  const isGlobal = kind === 'dx-gateway';
  const isOwn = account === context.account && (isGlobal || region === context.region);
  const found = isOwn ? findTagged(context, kind, name) : undefined;
  if (found === undefined) throw clientException(`The resource ${arn} does not exist.`);
  return found;
}

function findTagged(context: Context, kind: string, id: string): Tagged | undefined {
  const { connections, lags, interfaces, directConnectGateways } = context.world;
  if (kind === 'dxvif') {
    const vif = interfaces.get(id);
    return vif !== undefined && isVisibleTo(context, vif) ? vif : undefined;
  }
  if (kind === 'dx-gateway') {
    const gateway = directConnectGateways.get(id);
    return gateway?.account === context.account ? gateway : undefined;
  }
  const line = (kind === 'dxcon' ? connections : lags).get(id);
  return line !== undefined && isIn(context, line) ? line : undefined;
}

export const RESOURCE_TAG_OPERATIONS: Readonly<Record<string, Operation>> = {
  DescribeTags: describeTags,
  TagResource: tagResource,
  UntagResource: untagResource,
};
