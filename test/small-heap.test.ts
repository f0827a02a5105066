import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { start } from './cli/run.js';

const MIB = 1024 ** 2;
const SMALL_HEAP = new URL('../src/small-heap.js', import.meta.url).href;

/** Says on standard error which flags are set, as they are. */
const TELLING = script(`
  import v8 from 'node:v8';
  import { syncBuiltinESMExports } from 'node:module';
  const set = v8.setFlagsFromString;
  v8.setFlagsFromString = (flag) => { set(flag); process.stderr.write('set ' + flag + '\\n'); };
  syncBuiltinESMExports();
`);

/** Holds some 40 MB, and makes several times as much garbage that outlives the nursery, with a turn for other things now and then. */
const WASTEFUL = `
  import { keepHeapSmall } from '${SMALL_HEAP}';
  import { setImmediate } from 'node:timers/promises';
  keepHeapSmall();
  const object = (n) => ({ n, text: ['a', 'text', n].join(' ') });
  const held = [];
  const passing = [];
  for (let n = 0; n < 2_000_000; n += 1) {
    const one = object(n);
    passing[n % 100_000] = one;
    if (n < 400_000) held.push(one);
    if (n % 1000 === 0) await setImmediate();
  }
  globalThis.held = held;
`;

/** What V8 says of a collection. Sizes are in bytes. */
interface Collection {
  /** `mc` for one of the whole heap. */
  gc: string;
  /** In use afterwards. */
  live: number;
  nursery: number;
  /** How much the heap had been allowed until it. */
  limit: number;
}

describe('the heap of a process', () => {
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

  it.each([
    { role: 'worker', last: 'set --semi-space-growth-factor=1', also: 'set --heap-growing-percent=33' },
    { role: 'web', last: 'set --semi-space-growth-factor=2', also: 'set --heap-growing-percent=0' },
  ])('of a $role is told so before the database has said a word', async ({ role, last, also }) => {
    const { port } = server.address() as AddressInfo;
    const service = start(['start'], {
      DATABASE_URL: `postgres://somebody@127.0.0.1:${port}/silent`,
      ISTHMUS_SECRET_KEYS: `k1:${Buffer.alloc(32, 3).toString('base64')}`,
      ISTHMUS_ROLE: role,
      PORT: '0',
      NODE_OPTIONS: `--import=${TELLING}`,
    });
    try {
      expect(await service.shows(last)).toContain(also);
    } finally {
      service.child.kill('SIGKILL');
      await service.ended;
    }
  });

  it('is collected once it has grown by a third, and has a nursery that grows to 16 MiB and no further, where imports run', async () => {
    const all = await collections(WASTEFUL);
    expect(all[0]?.nursery).toBeLessThan(16 * MIB);
    expect(Math.max(...all.map(({ nursery }) => nursery))).toBe(16 * MIB);

    const grown = all.flatMap(({ gc, live }, at) => {
      const next = all[at + 1];
      // Of less than 24 MB a third is less than the smallest step there is.
      return gc === 'mc' && next && live > 24 * MIB ? [(next.limit - next.nursery) / live] : [];
    });
    expect(grown.length).toBeGreaterThan(1);
    for (const times of grown) expect(times).toBeLessThan(1.4);
  });
});

/** Runs a program and gives what V8 says of its collections. */
async function collections(program: string): Promise<Collection[]> {
  const flags = ['--trace-gc', '--trace-gc-nvp', '--input-type=module'];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, '--eval', program], { maxBuffer: 64 * MIB });
  return stdout.split('\n').flatMap((line) => {
    const said = new Map([...line.matchAll(/(\w+)=(\w+)/g)].map(([, name = '', value = '']) => [name, value]));
    const [live, nursery, limit] = ['end_object_size', 'new_space_capacity', 'old_gen_allocation_limit'].map((name) =>
      Number(said.get(name)),
    );
    return live && nursery && limit ? [{ gc: said.get('gc') ?? '', live, nursery, limit }] : [];
  });
}

function script(source: string): string {
  return `data:text/javascript,${encodeURIComponent(source)}`;
}
