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

/** Renders the tables of a target: followed, ungranted, accepted, ended and ignored interfaces. */
export function renderRecords(view: TargetView): Html[] {
  return [
    renderFollowed(view),
    renderUngranted(view),
    renderAccepted(view),
    renderEnded(view),
    renderIgnored(view),
  ];
}

function renderFollowed({ followed: items }: TargetView): Html {
  if (items.length === 0) return html``;
  return renderSection(
    'Accepted, not available yet',
    renderRecordTable(
      'Accepted and not available yet',
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
          cell: ({ acceptedAt, ageSeconds }) =>
            html`${renderTime(acceptedAt)}<br><small>${formatDuration(ageSeconds)} earlier</small>`,
        },
        {
          title: 'Now',
          cell: ({ state, problem, message }) =>
            problem === null
              ? html`${state ?? 'unknown state'}`
              : html`<strong class="bad">${prose(message ?? problem)}</strong>`,
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
