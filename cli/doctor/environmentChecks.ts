import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { codeOf } from '../../adapters/errorCode.ts';
import { proxyOf } from '../../adapters/proxySettings.ts';
import { PING_URL, pingAddress } from '../heartbeat.ts';
import { bad, type Finding, ok } from './doctorFinding.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the environment changes in how the APIs are reached and the world is told.
 * @throws ProxyRefused, UsageError
 */
export function examineSurroundings(env: Environment): Finding[] {
  const address = pingAddress(undefined, env);
  return [
    judgeProxy(env),
    ...judgeCertificates(env.NODE_EXTRA_CA_CERTS),
    ...(address === null
      ? []
      : [ok('ping', `${PING_URL} names ${address.origin}/…, which \`run\` calls; not called now`)]),
  ];
}

function judgeProxy(env: Environment): Finding {
  const proxy = proxyOf(env);
  if (proxy === null) return ok('proxy', 'none');
  const except = proxy.except === '' ? '' : `, except to \`${proxy.except}\` (NO_PROXY)`;
  return ok('proxy', `\`${proxy.url}\` (HTTPS_PROXY) for all https${except}`);
}

/** Node passes over a file that it cannot read with one line, and without it nothing behind such a proxy is trusted. */
function judgeCertificates(file: string | undefined): Finding[] {
  if (!file) return [];
  const check = 'certificates';
  try {
    const text = readFileSync(file, 'utf8');
    new X509Certificate(text);
    const count = text.split('-----BEGIN CERTIFICATE-----').length - 1;
    return [ok(check, `NODE_EXTRA_CA_CERTS adds ${count} of ${file}`)];
  } catch (error) {
    const isSystem = error instanceof Error && 'syscall' in error;
    const why = isSystem ? `cannot be read (${codeOf(error)})` : 'holds no certificate in PEM';
    return [bad(check, `NODE_EXTRA_CA_CERTS names ${file}, which ${why}; mend or unset it`)];
  }
}
