import { describe, expect, it } from '@jest/globals';
import { UpstreamError } from '../../src/egress/index.js';
import { discoveredAuth, haloAddresses } from '../../src/psa/address.js';
import { withClient, withHalo, type Reaction } from './halo.js';

const EMPTY = { body: { record_count: 0, clients: [] } };

async function failure(promise: Promise<unknown>): Promise<UpstreamError> {
  const error = await promise.catch((reason: unknown) => reason);
  if (error instanceof UpstreamError) return error;
  throw new Error('It did not fail with an UpstreamError.');
}

describe('the addresses of a HaloPSA', () => {
  it.each(['https://a.example', 'https://a.example/', 'https://a.example/api', ' https://a.example/API/ '])(
    'are the same for %p',
    (baseUrl) => {
      expect(haloAddresses(baseUrl)).toEqual({ root: 'https://a.example', api: 'https://a.example/api' });
    },
  );

  it.each(['https://a.example/auth', 'https://a.example/auth/', 'https://a.example/auth/token'])(
    'take the sign-in server as %p',
    (authUrl) => {
      expect(haloAddresses('https://a.example', authUrl).auth).toBe('https://a.example/auth');
    },
  );

  it('send the secret to no other host because a server says so', () => {
    expect(discoveredAuth('https://a.example/auth', 'https://a.example')).toBe('https://a.example/auth');
    expect(discoveredAuth('https://b.example/auth', 'https://a.example')).toBeUndefined();
    expect(discoveredAuth('http://a.example/auth', 'https://a.example')).toBeUndefined();
    expect(discoveredAuth(7, 'https://a.example')).toBeUndefined();
  });
});

describe('signing in', () => {
  it('asks with a form, for the tenant, once for concurrent calls', async () => {
    await withHalo(
      ({ path }) => (path === '/api/Client' || path === '/api/Site' ? { body: { record_count: 0, clients: [], sites: [] } } : undefined),
      async (halo) => {
        await withClient(
          `${halo.url}/api/`,
          async (client) => {
            await Promise.all([client.clients(), client.sites()]);
            expect(client.calls).toEqual({ made: 4, refused: 0 });
          },
          { settings: { haloTenant: 'acme' } },
        );
        const [token, ...more] = halo.tokens();
        expect(more).toEqual([]);
        expect(token?.query.get('tenant')).toBe('acme');
        expect(token?.headers['content-type']).toBe('application/x-www-form-urlencoded');
        expect(Object.fromEntries(new URLSearchParams(String(token?.body)))).toEqual({
          grant_type: 'client_credentials',
          client_id: 'isthmus-client',
          client_secret: 'not-a-real-secret',
          scope: 'all',
        });
        expect(halo.api().every(({ headers }) => headers.authorization === 'Bearer token-1')).toBe(true);
      },
    );
  });

  it('sends no tenant when none is set, and asks at the address entered', async () => {
    await withHalo(
      ({ path }) => {
        if (path === '/elsewhere/token') return { body: { access_token: 'a', expires_in: 60 } };
        return path === '/api/Client' ? EMPTY : undefined;
      },
      async (halo) => {
        await withClient(halo.url, (client) => client.clients(), { settings: { authUrl: `${halo.url}/elsewhere/` } });
        expect(halo.received.map(({ path }) => path)).toEqual(['/elsewhere/token', '/api/Client']);
        expect(halo.tokens()[0]?.query.has('tenant')).toBe(false);
      },
    );
  });

  it.each<[string, Reaction]>([
    ['says nothing', { status: 404 }],
    ['is a web page', { body: '<html></html>' }],
    ['names another host', { body: { auth_url: 'http://elsewhere.example/auth' } }],
  ])('asks below the site when the anonymous information %s', async (_, reaction) => {
    await withHalo(
      ({ path }) => (path === '/api/authinfo' ? reaction : path === '/api/Client' ? EMPTY : undefined),
      async (halo) => {
        await withClient(halo.url, (client) => client.clients());
        expect(halo.tokens()[0]?.path).toBe('/auth/token');
      },
    );
  });

  it('renews before the end', async () => {
    await withHalo(
      ({ path }) => (path === '/api/Client' ? EMPTY : undefined),
      async (halo) => {
        await withClient(halo.url, async (client, pace) => {
          await client.clients();
          pace.time += 3_400_000;
          await client.clients();
          expect(halo.tokens()).toHaveLength(1);
          pace.time += 150_000;
          await client.clients();
          expect(halo.tokens()).toHaveLength(2);
        });
      },
    );
  });

  it('gets one new token and repeats the call after a 401', async () => {
    await withHalo(
      ({ path, headers }) => {
        if (path !== '/api/Client') return undefined;
        return headers.authorization === 'Bearer token-1' ? { status: 401 } : EMPTY;
      },
      async (halo) => {
        await withClient(halo.url, async (client) => expect((await client.clients()).complete).toBe(true));
        expect(halo.tokens()).toHaveLength(2);
        expect(halo.api()).toHaveLength(2);
      },
    );
  });

  it.each([401, 403])('reads a lasting %p as a missing permission', async (status) => {
    await withHalo(
      ({ path }) => (path === '/api/Client' ? { status } : undefined),
      async (halo) => {
        const error = await withClient(halo.url, (client) => failure(client.clients()));
        expect(error).toMatchObject({ kind: 'permission', actor: 'configuration', status });
        expect(error.message).toMatch(/permissions/);
        expect(halo.api().length).toBeLessThanOrEqual(2);
      },
    );
  });

  it('does not try rejected credentials again by itself, and does not tell the secret', async () => {
    const description = 'The specified client credentials are invalid (not-a-real-secret).';
    await withHalo(
      ({ path }) =>
        path === '/auth/token' ? { status: 401, body: { error: 'invalid_client', error_description: description } } : undefined,
      async (halo) => {
        await withClient(halo.url, async (client) => {
          const first = await failure(client.clients());
          expect(first).toMatchObject({ kind: 'credentials', actor: 'configuration', field: 'clientId' });
          expect(first.message).not.toContain('not-a-real-secret');
          await failure(client.licences());
        });
        expect(halo.tokens()).toHaveLength(1);
        expect(halo.api()).toHaveLength(0);
      },
    );
  });

  it('tries again when the sign-in server fails or is throttled', async () => {
    const answers: Reaction[] = [{ status: 503, body: '<html></html>' }, 'reset', { status: 429 }, { body: '<html>login</html>' }];
    await withHalo(
      ({ path }) => (path === '/auth/token' ? answers.shift() : path === '/api/Client' ? EMPTY : undefined),
      async (halo) => {
        await withClient(halo.url, async (client) => {
          await client.clients();
          expect(client.calls).toEqual({ made: 7, refused: 1 });
        });
        expect(halo.tokens()).toHaveLength(5);
      },
    );
  });
});
