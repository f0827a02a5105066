import { createServer, type Server } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHttp, EgressRefused, egressPolicy, type EgressPolicy, type HttpOptions, UpstreamError } from '../../src/egress/index.js';

const nothingNamed = egressPolicy({ allow: [] });
/** Lets every URL pass, so that only the check of the address connected to is left. */
const atConnect = (policy: EgressPolicy): EgressPolicy => ({ check: () => undefined, checkAddress: policy.checkAddress });
const anything: EgressPolicy = { check: () => undefined, checkAddress: () => undefined };

/** On every address of this machine; knows by which one it was reached. */
let server: Server;
let port: number;
let reached: string[];
let answer: (path: string) => { headers?: Record<string, string>; body: string | Buffer };

beforeAll(async () => {
  server = createServer((request, response) => {
    const { headers = {}, body } = answer(request.url ?? '');
    response.writeHead(200, headers).end(body);
  });
  server.on('connection', (socket) => reached.push((socket.localAddress ?? '').replace('::ffff:', '')));
  await new Promise<void>((resolve) => server.listen({ host: '::', port: 0 }, resolve));
  port = (server.address() as AddressInfo).port;
});
beforeEach(() => {
  reached = [];
  answer = () => ({ body: '{}' });
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** One call, by connections of its own: its status, or the kind of trouble it met. */
async function call(host: string, options: Partial<HttpOptions> & Pick<HttpOptions, 'policy'>): Promise<number | string> {
  const http = createHttp({ vendor: 'psa', baseUrl: `http://${host}:${port}`, timeoutMs: 10_000, ...options });
  try {
    return (await http.request({ method: 'GET', path: '/x' })).status;
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return error.sent ? `${error.kind}, sent` : error.kind;
  } finally {
    http.close();
  }
}

const HERE = [
  '127.0.0.1',
  '127.8.8.8',
  '127.1',
  '127.0.1',
  '2130706433',
  '0x7f000001',
  '0x7f.0.0.1',
  '0x7f.1',
  '017700000001',
  '0177.0.0.01',
  '127.0.0.1.',
  '0.0.0.0',
  '0',
  '１２７.０.０.１',
  '127。0。0。1',
  '%31%32%37.0.0.1',
  'localhost',
  'LocalHost',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::]',
];

const ELSEWHERE: [string, string][] = [
  ['private', '10.0.0.1'],
  ['private', '172.31.255.254'],
  ['private', '192.168.1.1'],
  ['private, as one number', '3232235777'],
  ['link-local', '169.254.1.1'],
  ['cloud metadata', '169.254.169.254'],
  ['cloud metadata, octal', '0251.0376.0251.0376'],
  ['cloud metadata, hexadecimal', '0xa9fea9fe'],
  ['cloud metadata of Alibaba', '100.100.100.200'],
  ['cloud metadata of Azure', '168.63.129.16'],
  ['cloud metadata of Oracle', '192.0.0.192'],
  ['shared', '100.64.0.1'],
  ['benchmarking', '198.18.0.1'],
  ['documentation', '203.0.113.7'],
  ['6to4 relay', '192.88.99.1'],
  ['multicast', '224.0.0.1'],
  ['multicast', '239.255.255.250'],
  ['reserved', '240.0.0.1'],
  ['broadcast', '255.255.255.255'],
  ['IPv4-compatible IPv6', '[::127.0.0.1]'],
  ['IPv4-compatible IPv6', '[::a00:1]'],
  ['IPv4-translated IPv6', '[::ffff:0:127.0.0.1]'],
  ['IPv4-mapped IPv6', '[::ffff:169.254.169.254]'],
  ['IPv4-mapped IPv6', '[::ffff:a00:1]'],
  ['NAT64', '[64:ff9b::127.0.0.1]'],
  ['NAT64', '[64:ff9b::a00:1]'],
  ['NAT64 of a network', '[64:ff9b:1::a00:1]'],
  ['6to4', '[2002:7f00:1::1]'],
  ['6to4', '[2002:a00:1::]'],
  ['Teredo', '[2001:0:4136:e378:8000:63bf:f5ff:fffe]'],
  ['unique local', '[fc00::1]'],
  ['cloud metadata of AWS', '[fd00:ec2::254]'],
  ['link-local', '[fe80::1]'],
  ['site-local', '[fec0::1]'],
  ['multicast', '[ff02::1]'],
  ['discard', '[100::1]'],
  ['documentation', '[2001:db8::1]'],
  ['documentation', '[3fff::1]'],
];

describe('an address of this machine', () => {
  it.each(HERE)('%s is one, and nothing connects to it', async (host) => {
    // It really leads here, so that what follows is no accident.
    expect(await call(host, { policy: anything })).toBe(200);
    expect(reached).toHaveLength(1);
    expect(await call(host, { policy: atConnect(nothingNamed) })).toBe('egress');
    expect(await call(host, { policy: nothingNamed })).toBe('egress');
    expect(reached).toHaveLength(1);
  });

  it('is called when it is named', async () => {
    const named = egressPolicy({ allow: ['127.0.0.0/8', `localhost:${port}`, '::1'] });
    for (const host of ['127.0.0.1', '127.1', '2130706433', 'localhost', '[::1]', '[::ffff:127.0.0.1]']) {
      expect([host, await call(host, { policy: named })]).toEqual([host, 200]);
    }
    expect(await call('0.0.0.0', { policy: named })).toBe('egress');
  });
});

describe('any other address that is not public', () => {
  it.each(ELSEWHERE)('%s %s is refused when it is entered, and when it would be connected to', async (_what, host) => {
    expect(() => nothingNamed.check(`https://${host}/`)).toThrow(/is not a public address.*ISTHMUS_EGRESS_ALLOW/);
    expect(await call(host, { policy: atConnect(nothingNamed) })).toBe('egress');
  });
});

describe('a name', () => {
  const resolving =
    (...answers: string[][]): NonNullable<HttpOptions['resolve']> =>
    (_hostname, _options, callback) => {
      const [now = [], ...later] = answers;
      answers = later;
      callback(
        null,
        now.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    };
  /** As if 127.0.0.1 were public. */
  const policy = atConnect(egressPolicy({ allow: ['127.0.0.1'] }));

  it('that means another address a moment later is followed to the first alone', async () => {
    const resolve = resolving(['127.0.0.1'], ['127.0.0.2'], ['127.0.0.1']);
    expect(await call('rebind.example', { policy, resolve })).toBe(200);
    expect(await call('rebind.example', { policy, resolve })).toBe('egress');
    expect(await call('rebind.example', { policy, resolve })).toBe(200);
    expect(reached).toEqual(['127.0.0.1', '127.0.0.1']);
  });

  it.each([
    ['the first of several', ['127.0.0.2', '127.0.0.1']],
    ['the last of several', ['127.0.0.1', '127.0.0.2']],
    ['IPv4 in IPv6', ['::ffff:127.0.0.2']],
    ['IPv6', ['127.0.0.1', '::1']],
    ['with a zone', ['fe80::1%lo']],
  ])('that means a private address is refused: %s', async (_which, addresses) => {
    expect(await call('mixed.example', { policy, resolve: resolving(addresses) })).toBe('egress');
    expect(reached).toEqual([]);
  });

  it('that means nothing is unreachable', async () => {
    expect(await call('nothing.example', { policy, resolve: resolving([]) })).toBe('unreachable');
  });
});

describe('what else a URL may try', () => {
  const marketplace = egressPolicy({ allow: [], hostSuffix: 'cloud.im' });

  it.each([
    ['a look-alike letter', 'https://api.\u0441loud.im/'],
    ['another host before a backslash', 'https://evil.example\\.cloud.im/'],
    ['another host after an at sign', 'https://api.cloud.im@evil.example/'],
    ['a host that only ends alike', 'https://evilcloud.im/'],
    ['the name as a part of another', 'https://api.cloud.im.evil.example/'],
    ['the port of plain http', 'https://api.cloud.im:80/'],
    ['plain http at the port of https', 'http://api.cloud.im:443/'],
    ['another scheme', 'gopher://api.cloud.im/'],
    ['another scheme', 'unix:///var/run/docker.sock'],
    ['an empty user', 'https://:secret@api.cloud.im/'],
  ])('%s: %s is refused', (_what, url) => {
    expect(() => marketplace.check(url)).toThrow(EgressRefused);
  });

  it.each(['https://api。cloud。im/', 'https://ＡＰＩ.cloud.im/', 'https://api.cloud.im.:443/'])('%s is the marketplace itself', (url) => {
    expect(() => marketplace.check(url)).not.toThrow();
  });
});

describe('an answer that grows', () => {
  const large = Buffer.alloc(2_000_000, 'a');

  it.each([
    ['as it is', undefined, large],
    ['from gzip', 'gzip', gzipSync(large)],
    ['from brotli', 'br', brotliCompressSync(large)],
    ['from deflate', 'deflate', deflateSync(large)],
  ])('is cut off at its bound: %s', async (_how, encoding, body) => {
    answer = () => ({ body, ...(encoding === undefined ? {} : { headers: { 'content-encoding': encoding } }) });
    expect(await call('127.0.0.1', { policy: anything, maxBytes: 100_000 })).toBe('bad_answer, sent');
    expect(await call('127.0.0.1', { policy: anything, maxBytes: 3_000_000 })).toBe(200);
  });
});
