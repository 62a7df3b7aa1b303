import { exactObject, flag, integer, integerBetween, optional, text } from '../decoders.ts';
import { isLineOver } from '../lifecycle.ts';
import { clientException, type Operation, type Output, operation } from '../wire.ts';
import { type Connection, isIn, type Lag, type World } from '../world.ts';
import { lagNotFound, ownConnection, ownLag } from './callerResources.ts';
import {
  endLine,
  newLineState,
  refuseEmpty,
  refuseEncryption,
  refuseMacSec,
  refuseUsed,
  serializeConnection,
  serializeRateLimiters,
} from './connections.ts';
import { joinLag, membersOf, refuseMissed, refuseTooMany } from './lagMembers.ts';
import { PAGING, paginate } from './listParameters.ts';
import { serializeTags, TAGS } from './tags.ts';

const createLag = operation(
  exactObject({
    numberOfConnections: integerBetween(0, 100),
    location: text,
    connectionsBandwidth: text,
    lagName: text,
    connectionId: optional(text, null),
    tags: TAGS,
    childConnectionTags: TAGS,
    providerName: optional(text, ''),
    requestMACSec: optional(flag, false),
  }),
  (context, { numberOfConnections: number, lagName: name, connectionsBandwidth: bandwidth, ...asked }) => {
    const { world, account, region } = context;
    const { location, tags, providerName: provider } = asked;
    refuseMacSec(asked.requestMACSec);
    refuseEmpty({ location, lagName: name });
    refuseTooMany(number, bandwidth);
    const first = asked.connectionId === null ? null : ownConnection(context, asked.connectionId);
    const id = world.ids.lag();
    const line = { account, region, name, location, bandwidth, provider, tags, ...newLineState(world) };
    const lag: Lag = { ...line, id, minimumLinks: 0 };
    if (first !== null) joinLag(world, first, lag);
    world.lags.set(id, lag);
    for (let i = first === null ? 0 : 1; i < number; i += 1) {
      const own = { id: world.ids.connection(), tags: asked.childConnectionTags };
      const child: Connection = { ...line, ...own, isCarrier: false, lag: id, hosting: null };
      world.connections.set(child.id, child);
    }
    return presentLag(lag, world);
  },
);

const describeLags = operation(
  exactObject({ lagId: optional(text, null), ...PAGING }),
  (context, { lagId, ...asked }) => {
    const { world } = context;
    const own = [...world.lags.values()].filter(
      (lag) => isIn(context, lag) && (lagId === null || lag.id === lagId),
    );
    if (lagId !== null && own.length === 0) throw lagNotFound(lagId);
    const { items, next } = paginate(own, asked, world.dialect);
    return { lags: items.map((lag) => presentLag(lag, world)), ...next };
  },
);

const deleteLag = operation(exactObject({ lagId: text }), (context, { lagId }) => {
  const { world } = context;
  const lag = world.lags.get(lagId);
  if (lag === undefined || !isIn(context, lag)) throw lagNotFound(lagId);
  if (!isLineOver(lag) && lag.state !== 'deleting') {
    refuseUsed(lag, world);
    // Its connections stay, as connections of their own.
    for (const member of membersOf(lag, world)) member.lag = null;
    endLine(lag, false, world);
  }
  return presentLag(lag, world);
});

const updateLag = operation(
  exactObject({
    lagId: text,
    lagName: optional(text, null),
    minimumLinks: optional(integer, null),
    encryptionMode: optional(text, null),
  }),
  (context, { lagId, lagName, minimumLinks, encryptionMode }) => {
    const { world } = context;
    const lag = ownLag(context, lagId);
    refuseEncryption(encryptionMode, lag);
    const members = membersOf(lag, world).length;
    if (minimumLinks !== null && (minimumLinks < 0 || minimumLinks > members)) {
      throw clientException(
        `The minimumLinks ${minimumLinks} is not between 0 and the ${members} connections of ${lagId}.`,
      );
    }
    refuseEmpty({ lagName: lagName ?? lag.name });
    lag.name = lagName ?? lag.name;
    lag.minimumLinks = minimumLinks ?? lag.minimumLinks;
    return presentLag(lag, world);
  },
);

const associateConnectionWithLag = operation(
  exactObject({ connectionId: text, lagId: text }),
  (context, { connectionId, lagId }) => {
    const connection = ownConnection(context, connectionId);
    joinLag(context.world, connection, ownLag(context, lagId));
    return serializeConnection(connection, context.world);
  },
);

const disassociateConnectionFromLag = operation(
  exactObject({ connectionId: text, lagId: text }),
  (context, { connectionId, lagId }) => {
    const connection = ownConnection(context, connectionId);
    const { id } = ownLag(context, lagId);
    if (connection.lag !== id) throw clientException(`${connectionId} is not a member of ${id}.`);
    refuseMissed(connection, context.world);
    // Its interfaces stay on the LAG.
    connection.lag = null;
    return serializeConnection(connection, context.world);
  },
);

function presentLag(lag: Lag, world: World): Output {
  const members = membersOf(lag, world);
  return {
    lagId: lag.id,
    lagName: lag.name,
    ownerAccount: lag.account,
    lagState: lag.state,
    region: lag.region,
    location: lag.location,
    connectionsBandwidth: lag.bandwidth,
    numberOfConnections: members.length,
    minimumLinks: lag.minimumLinks,
    connections: members.map((connection) => serializeConnection(connection, world)),
    allowsHostedConnections: false,
    jumboFrameCapable: true,
    hasLogicalRedundancy: 'unknown',
    macSecCapable: false,
    ...(lag.provider === '' ? {} : { providerName: lag.provider }),
    ...serializeRateLimiters(lag, world),
    ...serializeTags(lag.tags),
  };
}

export const LAG_OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateLag: createLag,
  DescribeLags: describeLags,
  DeleteLag: deleteLag,
  UpdateLag: updateLag,
  AssociateConnectionWithLag: associateConnectionWithLag,
  DisassociateConnectionFromLag: disassociateConnectionFromLag,
};
