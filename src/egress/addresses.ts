import { BlockList, isIP } from 'node:net';

const PRIVATE_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/** Within the global IPv6 space: Teredo and other protocol assignments, documentation, 6to4. */
const SPECIAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

/**
 * A set of addresses from CIDRs or single addresses. Throws a RangeError for text that is neither.
 */
export function addressSet(cidrs: readonly string[]): BlockList {
  const set = new BlockList();
  for (const cidr of cidrs) {
    const [address = '', bits, more] = cidr.split('/');
    const family = isIP(address);
    const longest = family === 6 ? 128 : 32;
    const prefix = bits === undefined ? longest : Number(bits);
    if (family === 0 || more !== undefined || bits === '' || !Number.isInteger(prefix) || prefix < 0 || prefix > longest) {
      throw new RangeError(`"${cidr}" is not an address or a CIDR.`);
    }
    set.addSubnet(address, prefix, familyName(family));
  }
  return set;
}

const privateV4 = addressSet(PRIVATE_V4);
const specialV6 = addressSet(SPECIAL_V6);
const globalV6 = addressSet(['2000::/3']);

/** Whether an address set holds an address. False for text that is not an address. */
export function holds(set: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && set.check(address, familyName(family));
}

/**
 * Whether an address belongs to the public internet. Everything else is refused unless named: private, loopback, link-local,
 * cloud metadata, shared, documentation, multicast and reserved addresses, and IPv6 forms that wrap an IPv4 address.
 */
export function isPublic(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !holds(privateV4, address);
  // IPv4-mapped, NAT64, unique local, link-local and multicast all lie outside the one global block.
  return family === 6 && !address.includes('%') && holds(globalV6, address) && !holds(specialV6, address);
}

function familyName(family: number): 'ipv4' | 'ipv6' {
  return family === 6 ? 'ipv6' : 'ipv4';
}
