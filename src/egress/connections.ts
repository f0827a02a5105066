import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector, Pool } from 'undici';
import type { EgressPolicy } from './policy.js';

/** How names become addresses. */
export type Resolve = (
  hostname: string,
  options: { all: true; family?: number | 'IPv4' | 'IPv6'; hints?: number },
  callback: (error: NodeJS.ErrnoException | null, addresses: { address: string; family: number }[]) => void,
) => void;

/** At the same time, to one base URL. */
const MOST_CONNECTIONS = 32;
const CONNECT_TIMEOUT_MS = 15_000;

/**
 * Connections to one base URL, kept for the next call, that are made only to addresses the policy allows. The check is made on the very
 * addresses that are connected to, so that a name that resolves differently a moment later gains nothing.
 * @param resolve The machine's own way unless said otherwise.
 */
export function guardedConnections(url: string, policy: EgressPolicy, resolve: Resolve = lookup): Pool {
  const refusal = (addresses: readonly string[]): Error | undefined => {
    try {
      for (const address of addresses) policy.checkAddress(url, address);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error('refused');
    }
  };
  const guarded: LookupFunction = (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const first = addresses?.[0];
      const failure =
        error ?? (first ? refusal(addresses.map(({ address }) => address)) : Object.assign(new Error('no address'), { code: 'ENOTFOUND' }));
      if (failure || !first) callback(failure ?? null, '');
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
  const connect = buildConnector({ lookup: guarded, allowH2: false, timeout: CONNECT_TIMEOUT_MS });
  return new Pool(new URL(url).origin, {
    connections: MOST_CONNECTIONS,
    // Each call has its own bound.
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
    connect(options, callback) {
      // An address needs no look-up, and would be connected to without one.
      const refused = isIP(options.hostname) === 0 ? undefined : refusal([options.hostname]);
      // In its own time, as a connection that was tried would fail.
      if (refused) process.nextTick(callback, refused, null);
      else connect(options, callback);
    },
  });
}
