import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { start } from './cli/run.js';

const SMALL_HEAP = new URL('../src/small-heap.js', import.meta.url).href;

/** Says on standard error which flags are set, as they are. */
const TELLING = script(`
  import v8 from 'node:v8';
  import { syncBuiltinESMExports } from 'node:module';
  const set = v8.setFlagsFromString;
  v8.setFlagsFromString = (flag) => { set(flag); process.stderr.write('set ' + flag + '\\n'); };
  syncBuiltinESMExports();
`);

/** Holds some 60 MB, makes several times as much garbage that outlives the nursery, and prints how many times the heap was of what it holds. */
const WASTEFUL = `
  import { keepHeapSmall } from '${SMALL_HEAP}';
  import { getHeapStatistics } from 'node:v8';
  keepHeapSmall();
  const object = (n) => ({ n, text: ['a', 'text', n].join(' ') });
  const held = Array.from({ length: 500_000 }, (_, n) => object(n));
  const inUse = () => getHeapStatistics().used_heap_size;
  const passing = [];
  let [least, most] = [Infinity, 0];
  for (let n = 0; n < 2_000_000; n += 1) {
    passing[n % 50_000] = object(n);
    if (n % 1000 !== 0) continue;
    least = Math.min(least, inUse());
    most = Math.max(most, inUse());
  }
  process.stdout.write(String(most / least) + ' ' + held.length);
`;

describe('the heap of a process that runs imports', () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket));
  beforeEach(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server.close();
    await once(server, 'close');
  });

  it('is kept small before anything else is done, when the database has not said a word yet', async () => {
    const { port } = server.address() as AddressInfo;
    const service = start(['start'], {
      DATABASE_URL: `postgres://somebody@127.0.0.1:${port}/silent`,
      ISTHMUS_SECRET_KEYS: `k1:${Buffer.alloc(32, 3).toString('base64')}`,
      ISTHMUS_ROLE: 'worker',
      PORT: '0',
      NODE_OPTIONS: `--import=${TELLING}`,
    });
    try {
      expect(await service.shows('set --semi-space-growth-factor=1')).toContain('set --heap-growing-percent=33');
    } finally {
      service.child.kill('SIGKILL');
      await service.ended;
    }
  });

  it('never is twice what is in use', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', WASTEFUL]);
    expect(stdout).toMatch(/^[\d.]+ 500000$/);
    expect(parseFloat(stdout)).toBeLessThan(2);
  });
});

function script(source: string): string {
  return `data:text/javascript,${encodeURIComponent(source)}`;
}
