import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

export type ProcessRole = 'all' | 'web' | 'worker';
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/** A key that seals secrets at rest. `key` is 32 bytes. */
export interface SecretKey {
  kid: string;
  key: Uint8Array;
}

/** What the environment says, checked. */
export interface Config {
  /** Undefined: an embedded Postgres under `dataDir`. */
  databaseUrl?: string;
  /** Absolute. */
  dataDir: string;
  host: string;
  /** 0 asks the system for a free one. */
  port: number;
  /** The address people and Halo reach Isthmus at, without a slash at its end. Undefined: made of host and port. */
  publicUrl?: string;
  /** The first one seals. Undefined only without `databaseUrl`: they are kept in the data directory then. */
  secretKeys?: SecretKey[];
  /** The file that they were read from, if they were: it is read again while the process runs. */
  secretKeysFile?: string;
  role: ProcessRole;
  /** Hosts, `host:port`s and CIDRs that may be reached although they are private or unknown. */
  egressAllow: string[];
  logLevel: LogLevel;
  /** Proxies in front: how many, or their addresses; false for none. */
  trustProxy: false | number | string[];
}

/** The environment cannot be used: everything that is wrong with it, each with what to do. The process exits with 78. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly faults: string[]) {
    super(`The configuration is not usable:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
}

export type Environment = Record<string, string | undefined>;

const ISTHMUS_NAMES = ['ISTHMUS_DATA_DIR', 'ISTHMUS_SECRET_KEYS', 'ISTHMUS_SECRET_KEYS_FILE', 'ISTHMUS_ROLE', 'ISTHMUS_EGRESS_ALLOW'];
const ROLES: readonly ProcessRole[] = ['all', 'web', 'worker'];
const LEVELS: readonly LogLevel[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** Ends of the names that Kubernetes gives the variables of each service beside a container; a service may well be called `isthmus`. */
const OF_SERVICE = /_SERVICE_(HOST|PORT(_\w+)?)$|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/;

function isOfService(name: string, value = ''): boolean {
  return OF_SERVICE.test(name) || (name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value));
}

/** What a parser throws: the rest of the sentence that begins with the variable's name. */
class Fault extends Error {}

/**
 * Reads and checks the environment. An empty value counts as not set; variables of other programs are left alone. What is secret may
 * come from a file instead, as container platforms hand it over: `DATABASE_URL_FILE` and `ISTHMUS_SECRET_KEYS_FILE` name it.
 * @throws ConfigError naming every fault at once.
 */
export function readConfig(env: Environment = process.env): Config {
  const faults: string[] = [];
  const read = <T>(name: string, parse: (text: string) => T): T | undefined => {
    const text = env[name]?.trim();
    if (!text) return undefined;
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      faults.push(`${name} ${error.message}`);
      return undefined;
    }
  };
  /** From the variable itself, or from the file that its `_FILE` twin names. The second value: whether either is set. */
  const readSecret = <T>(name: string, parse: (text: string) => T): [T | undefined, boolean] => {
    const [direct, path] = [env[name]?.trim(), env[`${name}_FILE`]?.trim()];
    if (direct && path) faults.push(`${name} and ${name}_FILE are both set: keep one of them.`);
    if (direct || !path) return [read(name, parse), Boolean(direct)];
    return [read(`${name}_FILE`, (file) => parse(contentOf(file))), true];
  };
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('ISTHMUS_') || ISTHMUS_NAMES.includes(name) || isOfService(name, value)) continue;
    faults.push(`${name} is not a setting of Isthmus. There are ${ISTHMUS_NAMES.join(', ')}; correct its name or remove it.`);
  }
  const config: Config = {
    dataDir: read('ISTHMUS_DATA_DIR', dataDir) ?? defaultDataDir(env),
    host: read('HOST', host) ?? '127.0.0.1',
    port: read('PORT', port) ?? 8085,
    role: read('ISTHMUS_ROLE', (text) => oneOf(text, ROLES)) ?? 'all',
    egressAllow: read('ISTHMUS_EGRESS_ALLOW', egressAllow) ?? [],
    logLevel: read('LOG_LEVEL', (text) => oneOf(text, LEVELS)) ?? 'info',
    trustProxy: read('TRUST_PROXY', trustProxy) ?? false,
  };
  const [url, urlIsSet] = readSecret('DATABASE_URL', databaseUrl);
  const [keys, keysAreSet] = readSecret('ISTHMUS_SECRET_KEYS', parseSecretKeys);
  const publicAddress = read('PUBLIC_URL', publicUrl);
  if (url !== undefined) config.databaseUrl = url;
  if (keys !== undefined) config.secretKeys = keys;
  const keysFile = env['ISTHMUS_SECRET_KEYS_FILE']?.trim();
  if (keysFile) config.secretKeysFile = keysFile;
  if (publicAddress !== undefined) config.publicUrl = publicAddress;
  if (urlIsSet && !keysAreSet) {
    faults.push(
      'ISTHMUS_SECRET_KEYS (or ISTHMUS_SECRET_KEYS_FILE) is missing, which DATABASE_URL needs: set it to "k1:" followed by what `openssl rand -base64 32` prints, the same for every process on that database.',
    );
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

/** The address to tell people when no PUBLIC_URL is set; `port` is the one listened on. */
export function localUrl(host: string, port: number): string {
  const everywhere = host === '0.0.0.0' || host === '::';
  return `http://${everywhere ? 'localhost' : isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

/**
 * Reads `kid:base64key` pairs, comma-separated. In messages no part of a key is repeated.
 * @throws an Error that says which pair is wrong.
 */
export function parseSecretKeys(text: string): SecretKey[] {
  const keys = text.split(',').map((pair, index) => {
    const match = /^([\w.-]{1,64}):([A-Za-z0-9+/_-]+={0,2})$/.exec(pair.trim());
    const key = match?.[2] ? new Uint8Array(Buffer.from(match[2], 'base64')) : undefined;
    if (!match?.[1] || key?.length !== 32) {
      throw new Fault(`has an unusable pair (number ${index + 1}): write each as "kid:base64key", with a key of 32 bytes in base64.`);
    }
    return { kid: match[1], key };
  });
  if (new Set(keys.map((key) => key.kid)).size < keys.length) throw new Fault('names one key id twice: give every key an id of its own.');
  return keys;
}

/** The text of a file with a secret, without the line's end that editors add. */
function contentOf(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new Fault(`names ${path}, which cannot be read (${(error as NodeJS.ErrnoException).code}): correct the path or who may read it.`);
  }
  if (text === '') throw new Fault(`names ${path}, which is empty: put the value into it.`);
  return text;
}

function databaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const known = url?.protocol === 'postgres:' || url?.protocol === 'postgresql:';
  if (!url || !known || url.pathname.length < 2) {
    throw new Fault('is not the address of a Postgres database: write it as "postgres://user:password@host:5432/database".');
  }
  return text;
}

function dataDir(text: string): string {
  if (!isAbsolute(text)) throw new Fault('is not an absolute path: begin it with a slash.');
  return resolve(text);
}

function defaultDataDir(env: Environment): string {
  if (process.getuid?.() === 0) return '/var/lib/isthmus';
  return join(env['XDG_DATA_HOME']?.trim() || join(env['HOME']?.trim() || homedir(), '.local', 'share'), 'isthmus');
}

const HOSTNAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i;

function host(text: string): string {
  if (isIP(text) === 0 && !HOSTNAME.test(text)) throw new Fault('is neither an IP address nor a host name: "127.0.0.1" or "0.0.0.0", say.');
  return text;
}

function port(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new Fault('is not a port: a whole number from 0 to 65535.');
  return Number(text);
}

function publicUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const web = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (!url || !web || url.username || url.password || url.search || url.hash) {
    throw new Fault('is not an address for people: write it as "https://isthmus.example.com", without user, query or fragment.');
  }
  // The page asks for its files, and for the API, at the root.
  if (/[^/]/.test(url.pathname)) throw new Fault('has a path: give Isthmus a host name of its own, as in "https://isthmus.example.com".');
  return url.href.replace(/\/+$/, '');
}

function oneOf<T extends string>(text: string, allowed: readonly T[]): T {
  const found = allowed.find((value) => value === text);
  if (found === undefined) throw new Fault(`is "${text}": use one of ${allowed.join(', ')}.`);
  return found;
}

function isCidrOrAddress(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

function entries(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function egressAllow(text: string): string[] {
  const list = entries(text);
  const wrong = list.filter((entry) => !isCidrOrAddress(entry) && !HOSTNAME.test(entry.replace(/:\d{1,5}$/, '')));
  if (wrong.length > 0)
    throw new Fault(`holds ${wrong.map((entry) => `"${entry}"`).join(', ')}: use host names, addresses and CIDRs such as 10.0.0.0/8.`);
  return list;
}

function trustProxy(text: string): number | string[] {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  const list = entries(text);
  if (list.length === 0 || !list.every(isCidrOrAddress)) {
    throw new Fault('is neither a number of proxies nor a list of their addresses: "1", or "10.0.0.0/8,192.168.1.4", say.');
  }
  return list;
}
