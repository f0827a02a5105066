import { lookup } from 'node:dns';
import { Agent as HttpAgent, type AgentOptions, type ClientRequestArgs } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';
import type { EgressPolicy } from './policy.js';

export interface Agents {
  http: HttpAgent;
  https: HttpsAgent;
}

/** How names become addresses. */
export type Resolve = (
  hostname: string,
  options: { all: true; family?: number | 'IPv4' | 'IPv6'; hints?: number },
  callback: (error: NodeJS.ErrnoException | null, addresses: { address: string; family: number }[]) => void,
) => void;

type Connected = (error: Error | null, stream: Duplex) => void;
type CheckHost = (options: ClientRequestArgs) => Error | undefined;

/**
 * Keep-alive agents for one base URL that connect only to addresses the policy allows. The check is made on the very
 * addresses that are connected to, so that a name that resolves differently a moment later gains nothing.
 * @param resolve The machine's own way unless said otherwise.
 */
export function guardedAgents(url: string, policy: EgressPolicy, resolve: Resolve = lookup): Agents {
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
  // An address needs no look-up, and would be connected to without one.
  const checkHost: CheckHost = ({ host, hostname }) => {
    const named = (host ?? hostname ?? '').replace(/^\[|\]$/g, '');
    return isIP(named) === 0 ? undefined : refusal([named]);
  };
  const options = { keepAlive: true, maxSockets: 32, lookup: guarded };
  return { http: new GuardedHttp(options, checkHost), https: new GuardedHttps(options, checkHost) };
}

class GuardedHttp extends HttpAgent {
  constructor(
    options: AgentOptions,
    private readonly checkHost: CheckHost,
  ) {
    super(options);
  }

  override createConnection(options: ClientRequestArgs, callback?: Connected): Duplex | null | undefined {
    return refused(this.checkHost(options), callback) ? undefined : super.createConnection(options, callback);
  }
}

class GuardedHttps extends HttpsAgent {
  constructor(
    options: AgentOptions,
    private readonly checkHost: CheckHost,
  ) {
    super(options);
  }

  override createConnection(options: ClientRequestArgs, callback?: Connected): Duplex | null | undefined {
    return refused(this.checkHost(options), callback) ? undefined : super.createConnection(options, callback);
  }
}

/** Fails the connection in its own time, as a connection that was tried would. */
function refused(error: Error | undefined, callback: Connected | undefined): boolean {
  if (error === undefined) return false;
  process.nextTick(() => callback?.(error, undefined as unknown as Duplex));
  return true;
}
