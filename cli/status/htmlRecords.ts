import { describeUnreadRoutes, type UnexpectedRoutes } from '../../core/routeWatch.ts';
import { formatDuration } from '../output/terminal.ts';
import {
  type Html,
  html,
  prose,
  renderCode,
  renderRecordTable,
  renderTime,
  renderWithNote,
} from './htmlTemplate.ts';
import { describeEnding, describeEndReason, formatGrants, formatTickets } from './statusWording.ts';
import type { TargetView } from './targetView.ts';

/** Renders the tables of a target: followed, ungranted, unexpected routes, accepted, ended and ignored interfaces. */
export function renderRecords(view: TargetView): Html[] {
  return [
    renderFollowed(view),
    renderUngranted(view),
    renderUnexpectedRoutes(view),
    renderUnreadRoutes(view),
    renderAccepted(view),
    renderEnded(view),
    renderIgnored(view),
  ];
}

function renderFollowed({ followed: items }: TargetView): Html {
  if (items.length === 0) return html``;
  return renderSection(
    'Accepted but not available, or with another problem',
    renderRecordTable(
      'Accepted interfaces that are not available yet or have a problem',
      [
        { title: 'Interface', cell: ({ id }) => renderCode(id) },
        {
          title: 'Owner',
          cell: ({ owner, grants }) =>
            grants.length === 0 ? owner : grants.map((grant) => `${owner}.${grant}`).join(', '),
        },
        { title: 'Gateway', cell: ({ gateway }) => renderCode(gateway) },
        {
          title: 'Accepted',
          cell: ({ acceptedAt, ageSeconds, availableAt }) =>
            html`${renderTime(acceptedAt)}<br><small>${formatDuration(ageSeconds)} earlier${
              availableAt === null ? null : html`; available since ${renderTime(availableAt)}`
            }</small>`,
        },
        {
          title: 'Now',
          cell: ({ state, problem, message, fix }) =>
            problem === null
              ? html`${state ?? 'unknown state'}`
              : html`<strong class="bad">${prose(message ?? problem)}</strong>${
                  fix === null ? null : html`<br>To fix it: ${prose(`\`${fix}\``)}`
                }`,
        },
      ],
      items,
    ),
  );
}

function renderUngranted({ ungranted: items }: TargetView): Html {
  if (items.length === 0) return html``;
  return renderSection(
    'Ungranted: live on gateways of the policy, without a grant',
    renderRecordTable(
      'Live interfaces that no current grant would accept',
      [
        { title: 'Interface', cell: ({ id }) => renderCode(id) },
        { title: 'Connection', cell: ({ connection }) => renderCode(connection) },
        { title: 'Gateway', cell: ({ gateway }) => renderCode(gateway) },
        { title: 'Why', cell: ({ message }) => prose(message) },
      ],
      items,
    ),
    'Live interfaces that no current grant would accept. They are reported, never changed.',
  );
}

function renderUnexpectedRoutes({ unexpectedRoutes: items }: TargetView): Html {
  if (items.length === 0) return html``;
  return renderSection(
    'Unexpected routes',
    renderRecordTable(
      'Accepted interfaces whose owner advertises something unexpected',
      [
        { title: 'Interface', cell: ({ id, owner }) => renderWithNote(renderCode(id), owner) },
        { title: 'Gateway', cell: ({ gateway }) => renderCode(gateway) },
        { title: 'Read', cell: ({ readAt }) => renderTime(readAt) },
        {
          title: 'The owner',
          cell: (item) => html`<strong class="bad">${prose(describeFindings(item))}</strong>`,
        },
      ],
      items,
    ),
    'What the owners of accepted interfaces advertise, as a run last read it. It is reported, and nothing is undone.',
  );
}

/** The most findings of an interface on the page. */
const MOST_FINDINGS = 10;

function describeFindings({ findings, findingCount }: UnexpectedRoutes): string {
  const shown = findings.slice(0, MOST_FINDINGS).map(({ message }) => message);
  const more = findingCount - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join('; ');
}

function renderUnreadRoutes({ unreadRoutes: items }: TargetView): Html {
  if (items.length === 0) return html``;
  return renderSection(
    'Routes not fully known',
    renderRecordTable(
      'Accepted interfaces about whose routes something is not known',
      [
        { title: 'Interface', cell: ({ id, owner }) => renderWithNote(renderCode(id), owner) },
        { title: 'Last read', cell: ({ readAt }) => (readAt === null ? 'never' : renderTime(readAt)) },
        { title: 'Last tried', cell: ({ triedAt }) => renderTime(triedAt) },
        { title: 'Why', cell: (item) => prose(describeUnreadRoutes(item)) },
      ],
      items,
    ),
  );
}

function renderAccepted({ accepted: items, since }: TargetView): Html {
  const title = `Accepted since ${since.slice(0, 10)}`;
  if (items.length === 0) return renderSection(title, html`<p class="nothing">Nothing.</p>`);
  return renderSection(
    title,
    renderRecordTable(
      title,
      [
        { title: 'Interface', cell: ({ id, name }) => renderWithNote(renderCode(id), name) },
        { title: 'Accepted', cell: ({ acceptedAt }) => renderTime(acceptedAt) },
        {
          title: 'Connection',
          cell: ({ connection, vlan }) =>
            renderWithNote(renderCode(connection), vlan === null ? null : `VLAN ${vlan}`),
        },
        {
          title: 'Grant',
          cell: (item) => renderWithNote(formatGrants(item), formatTickets(item) || null),
        },
        { title: 'Gateway', cell: ({ gateway }) => renderCode(gateway) },
        {
          title: 'Policy',
          cell: ({ policy }) =>
            html`${renderCode(policy.digest.replace(/^(sha256:.{12}).*/, '$1…'))}<br><small>${policy.revision}</small>`,
        },
      ],
      items,
    ),
  );
}

function renderEnded({ ended: items, since }: TargetView): Html {
  const title = `Ended since ${since.slice(0, 10)}`;
  if (items.length === 0) return renderSection(title, html`<p class="nothing">Nothing.</p>`);
  return renderSection(
    title,
    renderRecordTable(
      title,
      [
        { title: 'Request', cell: ({ id, name }) => renderWithNote(renderCode(id), name) },
        { title: 'Detected', cell: ({ endedAt }) => renderTime(endedAt) },
        {
          title: 'Connection',
          cell: ({ connection, vlan }) =>
            renderWithNote(renderCode(connection), vlan === null ? null : `VLAN ${vlan}`),
        },
        {
          title: 'Outcome',
          cell: (item) =>
            item.as === 'expired' ? html`<strong class="bad">expired</strong>` : describeEnding(item),
        },
        {
          title: 'Was pending',
          cell: ({ pendingSeconds }) =>
            pendingSeconds === null ? 'never seen' : formatDuration(pendingSeconds),
        },
        { title: 'Reasons', cell: (item) => describeEndReason(item) || '–' },
      ],
      items,
    ),
  );
}

function renderIgnored({ ignored: items }: TargetView): Html {
  if (items.length === 0) return html``;
  return renderSection(
    'Listed, but not a request to this account',
    renderRecordTable(
      'Listed, but not a request to this account',
      [
        { title: 'Interface', cell: ({ id }) => renderCode(id) },
        { title: 'Connection', cell: ({ connection }) => renderCode(connection) },
        { title: 'State', cell: ({ state }) => state ?? '–' },
        { title: 'Why', cell: ({ message }) => prose(message) },
      ],
      items,
    ),
  );
}

function renderSection(title: string, content: Html, note: string | null = null): Html {
  return html`<section><h3>${title}</h3>
${note === null ? null : html`<p class="note">${note}</p>`}${content}</section>
`;
}
