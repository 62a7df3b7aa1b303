import { humanDuration } from '../output/terminal.ts';
import { code, type Html, html, noted, prose, recordTable, time } from './htmlTemplate.ts';
import { endedAsWords, grantOf, ticketsOf, whyEnded } from './statusWording.ts';
import type { TargetView } from './targetView.ts';

/** What was accepted and what ended, what is followed, and what stands there without a grant. */
export function records(view: TargetView): Html[] {
  return [followed(view), orphans(view), accepted(view), ended(view), ignored(view)];
}

function followed({ followed: items }: TargetView): Html {
  if (items.length === 0) return html``;
  return section(
    'Accepted, not available yet',
    recordTable(
      'Accepted and not available yet',
      [
        { title: 'Interface', cell: ({ id }) => code(id) },
        {
          title: 'Owner',
          cell: ({ owner, grants }) =>
            grants.length === 0 ? owner : grants.map((grant) => `${owner}.${grant}`).join(', '),
        },
        { title: 'Gateway', cell: ({ gateway }) => code(gateway) },
        {
          title: 'Accepted',
          cell: ({ acceptedAt, ageSeconds }) =>
            html`${time(acceptedAt)}<br><small>${humanDuration(ageSeconds)} earlier</small>`,
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

function orphans({ orphans: items }: TargetView): Html {
  if (items.length === 0) return html``;
  return section(
    'On our gateways, without a grant',
    recordTable(
      'Live interfaces that no current grant would justify',
      [
        { title: 'Interface', cell: ({ id }) => code(id) },
        { title: 'Connection', cell: ({ connection }) => code(connection) },
        { title: 'Gateway', cell: ({ gateway }) => code(gateway) },
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
    recordTable(
      title,
      [
        { title: 'Interface', cell: ({ id, name }) => noted(code(id), name) },
        { title: 'Accepted', cell: ({ acceptedAt }) => time(acceptedAt) },
        {
          title: 'Connection',
          cell: ({ connection, vlan }) => noted(code(connection), vlan === null ? null : `VLAN ${vlan}`),
        },
        {
          title: 'Grant',
          cell: (item) => noted(grantOf(item), ticketsOf(item) || null),
        },
        { title: 'Gateway', cell: ({ gateway }) => code(gateway) },
        {
          title: 'Policy',
          cell: ({ policy }) =>
            html`${code(policy.digest.replace(/^(sha256:.{12}).*/, '$1…'))}<br><small>${policy.revision}</small>`,
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
    recordTable(
      title,
      [
        { title: 'Request', cell: ({ id, name }) => noted(code(id), name) },
        { title: 'Found out', cell: ({ endedAt }) => time(endedAt) },
        {
          title: 'Connection',
          cell: ({ connection, vlan }) => noted(code(connection), vlan === null ? null : `VLAN ${vlan}`),
        },
        {
          title: 'How',
          cell: (item) =>
            item.as === 'expired' ? html`<strong class="bad">expired</strong>` : endedAsWords(item),
        },
        {
          title: 'Was pending',
          cell: ({ pendingSeconds }) =>
            pendingSeconds === null ? 'never seen' : humanDuration(pendingSeconds),
        },
        { title: 'Held for', cell: (item) => whyEnded(item) || '–' },
      ],
      items,
    ),
  );
}

function ignored({ ignored: items }: TargetView): Html {
  if (items.length === 0) return html``;
  return section(
    'Listed, and no request to us',
    recordTable(
      'Listed, and no request to us',
      [
        { title: 'Interface', cell: ({ id }) => code(id) },
        { title: 'Connection', cell: ({ connection }) => code(connection) },
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
