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

/** What was accepted and what ended, what is followed, and what stands there without a grant. */
export function renderRecords(view: TargetView): Html[] {
  return [followed(view), orphans(view), accepted(view), ended(view), ignored(view)];
}

function followed({ followed: items }: TargetView): Html {
  if (items.length === 0) return html``;
  return section(
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
              ? html`${state ?? 'state not known'}`
              : html`<strong class="bad">${prose(message ?? problem)}</strong>`,
        },
      ],
      items,
    ),
  );
}

function orphans({ ungranted: items }: TargetView): Html {
  if (items.length === 0) return html``;
  return section(
    'On our gateways, without a grant',
    renderRecordTable(
      'Live interfaces that no current grant would justify',
      [
        { title: 'Interface', cell: ({ id }) => renderCode(id) },
        { title: 'Connection', cell: ({ connection }) => renderCode(connection) },
        { title: 'Gateway', cell: ({ gateway }) => renderCode(gateway) },
        { title: 'Why', cell: ({ message }) => prose(message) },
      ],
      items,
    ),
    'Live interfaces that no current grant would justify. They are reported, and never changed.',
  );
}

function accepted({ accepted: items, since }: TargetView): Html {
  const title = `Accepted since ${since.slice(0, 10)}`;
  if (items.length === 0) return section(title, html`<p class="nothing">Nothing.</p>`);
  return section(
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

function ended({ ended: items, since }: TargetView): Html {
  const title = `Ended since ${since.slice(0, 10)}`;
  if (items.length === 0) return section(title, html`<p class="nothing">Nothing.</p>`);
  return section(
    title,
    renderRecordTable(
      title,
      [
        { title: 'Request', cell: ({ id, name }) => renderWithNote(renderCode(id), name) },
        { title: 'Found out', cell: ({ endedAt }) => renderTime(endedAt) },
        {
          title: 'Connection',
          cell: ({ connection, vlan }) =>
            renderWithNote(renderCode(connection), vlan === null ? null : `VLAN ${vlan}`),
        },
        {
          title: 'How',
          cell: (item) =>
            item.as === 'expired' ? html`<strong class="bad">expired</strong>` : describeEnding(item),
        },
        {
          title: 'Was pending',
          cell: ({ pendingSeconds }) =>
            pendingSeconds === null ? 'never seen' : formatDuration(pendingSeconds),
        },
        { title: 'Held for', cell: (item) => describeEndReason(item) || '–' },
      ],
      items,
    ),
  );
}

function ignored({ ignored: items }: TargetView): Html {
  if (items.length === 0) return html``;
  return section(
    'Listed, and no request to us',
    renderRecordTable(
      'Listed, and no request to us',
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

function section(title: string, content: Html, note: string | null = null): Html {
  return html`<section><h3>${title}</h3>
${note === null ? null : html`<p class="note">${note}</p>`}${content}</section>
`;
}
