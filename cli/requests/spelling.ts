import { isRecord } from './items.ts';

/** Keys by which an interface is known in the API's own spelling. */
const OF_API = [
  ...['virtualInterfaces', 'virtualInterface', 'virtualInterfaceId', 'virtualInterfaceName'],
  ...['virtualInterfaceType', 'virtualInterfaceState', 'connectionId'],
];

/** The same in OUTSCALE's OAPI, which has other words. */
const OF_OAPI = ['directLinkInterfaces', 'directLinkInterface', 'directLinkInterfaceId', 'directLinkId'];

const KNOWN = new Set([...OF_API, ...OF_OAPI].map(plain));

/**
 * A key that other tools write where the API has another spelling: `VirtualInterfaceId` of PowerShell and Go, `virtual_interface_id` of
 * Ansible, `DirectLinkInterfaces` of OAPI; `null` when there is none. Ansible puts a list of them under a key of its own.
 */
export function foreignKey(document: unknown): string | null {
  const records = (Array.isArray(document) ? document : [document]).filter(isRecord);
  const listed = records
    .flatMap((record) => Object.values(record).filter(Array.isArray).flat())
    .filter(isRecord);
  const keys = [...records, ...listed].flatMap((record) => Object.keys(record));
  return keys.find((key) => KNOWN.has(plain(key)) && !OF_API.includes(key)) ?? null;
}

function plain(key: string): string {
  return key.replace(/[_-]/g, '').toLowerCase();
}
