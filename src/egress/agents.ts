import { lookup as resolve } from 'node:dns';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { EgressPolicy } from './policy.js';

export interface Agents {
  http: HttpAgent;
  https: HttpsAgent;
}

/**
 * Keep-alive agents for one base URL that connect only to addresses the policy allows. The check is made on the very
 * addresses that are connected to, so that a name that resolves differently a moment later gains nothing.
 */
export function guardedAgents(url: string, policy: EgressPolicy): Agents {
  const lookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const first = addresses?.[0];
      if (error || !first) {
        callback(error ?? Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '');
        return;
      }
      try {
        for (const { address } of addresses) policy.checkAddress(url, address);
      } catch (refusal) {
        callback(refusal instanceof Error ? refusal : new Error('refused'), '');
        return;
      }
      if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
  const options = { keepAlive: true, maxSockets: 32, lookup };
  return { http: new HttpAgent(options), https: new HttpsAgent(options) };
}
