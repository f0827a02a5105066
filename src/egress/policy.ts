import { isIP } from 'node:net';
import { addressSet, holds, isPublic } from './addresses.js';

/** Where outgoing calls may go. */
export interface EgressPolicy {
  /** Throws EgressRefused when the URL may not be called. */
  check(url: string): void;
  /** Throws EgressRefused when the host of a URL resolved to an address that may not be reached. */
  checkAddress(url: string, address: string): void;
}

/** An address that Isthmus does not call. The message is a sentence for the person who can change the setting. */
export class EgressRefused extends Error {
  override readonly name = 'EgressRefused';
}

export interface EgressPolicyOptions {
  /** `ISTHMUS_EGRESS_ALLOW`: hosts, `host:port` pairs, addresses and CIDRs. */
  allow: readonly string[];
  /** Hosts must be this or end in it (on a dot), unless named in `allow`. */
  hostSuffix?: string;
}

const HOW = 'Name it in ISTHMUS_EGRESS_ALLOW if that is intended.';

/**
 * The policy of a vendor: https to public addresses on the usual port, within `hostSuffix` where given.
 * What `allow` names may also be private, plain http, on another port or outside the suffix.
 * Throws a RangeError for an entry of `allow` that cannot be understood.
 */
export function egressPolicy(options: EgressPolicyOptions): EgressPolicy {
  const allowed = parseAllow(options.allow);
  const suffix = options.hostSuffix?.toLowerCase();

  const named = (url: URL): boolean => {
    const host = bareHost(url);
    return allowed.hosts.has(host) || allowed.hosts.has(`${host}:${portOf(url)}`) || holds(allowed.addresses, host);
  };

  return {
    check(text) {
      const url = parseUrl(text);
      const host = bareHost(url);
      if (url.username !== '' || url.password !== '') throw new EgressRefused('The address must not contain a user name or password.');
      if (named(url)) return;
      if (isIP(host) !== 0 && !isPublic(host)) throw new EgressRefused(`${host} is not a public address. ${HOW}`);
      if (url.protocol !== 'https:') throw new EgressRefused(`Plain http to ${url.host} is not allowed: use https. ${HOW}`);
      if (url.port !== '') throw new EgressRefused(`Port ${url.port} of ${host} is not the usual one for https. ${HOW}`);
      if (suffix !== undefined && host !== suffix && !host.endsWith(`.${suffix}`)) {
        throw new EgressRefused(`${host} is not under ${suffix}. ${HOW}`);
      }
    },
    checkAddress(text, address) {
      const url = parseUrl(text);
      if (isPublic(address) || named(url) || holds(allowed.addresses, address)) return;
      throw new EgressRefused(`${bareHost(url)} resolves to ${address}, which is not a public address. ${HOW}`);
    },
  };
}

function parseAllow(entries: readonly string[]): { hosts: Set<string>; addresses: ReturnType<typeof addressSet> } {
  const hosts = new Set<string>();
  const cidrs: string[] = [];
  for (const raw of entries) {
    const entry = raw.trim().toLowerCase();
    if (entry === '') continue;
    if (entry.includes('/') || isIP(entry) !== 0) cidrs.push(entry);
    else hosts.add(hostEntry(entry));
  }
  return { hosts, addresses: addressSet(cidrs) };
}

/** A host or host:port, with IPv6 brackets taken off as in `bareHost`. */
function hostEntry(entry: string): string {
  const match = /^(\[[\da-f:.]+\]|[a-z\d]([\w.-]*[a-z\d])?)\.?(:\d{1,5})?$/.exec(entry);
  if (!match) throw new RangeError(`"${entry}" is not a host, host:port, address or CIDR.`);
  return `${(match[1] ?? '').replace(/^\[|\]$/g, '')}${match[3] ?? ''}`;
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.hostname === '') {
    throw new EgressRefused('The address is not a URL that begins with https://.');
  }
  return url;
}

/** Without IPv6 brackets and the trailing dot of an absolute name. */
function bareHost(url: URL): string {
  return url.hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}

function portOf(url: URL): string {
  return url.port || (url.protocol === 'https:' ? '443' : '80');
}
