import { describe, expect, it } from '@jest/globals';
import { run } from './run.js';

describe('isthmus', () => {
  it('tells its version and its commands', async () => {
    expect(await run(['--version'])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), err: '' });
    const help = await run(['--help']);
    expect(help.code).toBe(0);
    for (const command of ['start', 'demo', 'sandbox', 'migrate', 'token', 'sign-in-link', 'secrets']) expect(help.out).toContain(command);
    expect((await run(['token', 'create', '--help'])).out).toContain('--psa-instance');
  });

  it.each([
    [[], 'Usage'],
    [['nonsense'], "unknown command 'nonsense'"],
    [['start', '--fast'], "unknown option '--fast'"],
    [['start', 'now'], 'too many arguments'],
    [['token', 'create'], "required option '--role <role>' not specified"],
    [['token', 'create', '--role', 'king'], 'Allowed choices are owner, admin, operator, viewer'],
    [['token', 'create', '--role', 'admin'], '--psa-instance'],
    [['token', 'create', '--role', 'admin', '--psa-instance', '7'], 'UUID'],
    [['token', 'create', '--role', 'owner', '--psa-instance', '0b7ff7b4-0f0c-4b4d-8a2a-111111111111'], 'leave --psa-instance out'],
    [['token', 'create', '--role', 'owner', '--name', ' '], '1 to 200 characters'],
    [['sandbox', '--port', '70000'], 'whole number from 0 to 65535'],
    [['sandbox', '--customers', '-1'], 'whole number'],
    [['sandbox', '--seed', '1.5'], 'whole number'],
    [['demo', '--subscriptions', 'many'], 'whole number'],
  ])('answers %j with 64 and a sentence', async (args, sentence) => {
    const { code, out, err } = await run(args);
    expect(code).toBe(64);
    expect(err).toContain(sentence);
    expect(out).toBe('');
  });

  it('ends with 78 and every fault of the environment', async () => {
    for (const command of [['start'], ['migrate'], ['sign-in-link'], ['token', 'create', '--role', 'owner']]) {
      const { code, err } = await run(command, { PORT: 'x', LOG_LEVEL: 'loud', ISTHMUS_TYPO: '1' });
      expect(code).toBe(78);
      for (const name of ['PORT', 'LOG_LEVEL', 'ISTHMUS_TYPO']) expect(err).toContain(name);
    }
  });

  it('ends with 69 when the database refuses it, and shows no password', async () => {
    const url = new URL(process.env['TEST_POSTGRES_URL'] ?? '');
    url.password = 'hush';
    url.pathname = '/none';
    const env = { DATABASE_URL: url.href, ISTHMUS_SECRET_KEYS: `k1:${Buffer.alloc(32).toString('base64')}` };
    for (const command of [['start'], ['migrate'], ['token', 'create', '--role', 'owner']]) {
      const { code, out, err } = await run(command, env);
      expect(code).toBe(69);
      expect(err).toContain('cannot be reached');
      expect(`${out}${err}`).not.toContain('hush');
    }
  });
});
