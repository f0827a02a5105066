import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { Skip } from '../../entities/index.js';
import { startBrowser } from './browser.js';
import { selfSigned } from './certificate.js';
import { Front } from './front.js';
import { Installation } from './installation.js';
import { type Visitor, type VisitorOptions, visit } from './visitor.js';

const SECRET = 'the-secret-of-the-tab';
/** An agent of the sandbox's Halo. */
const DANA = 3;
/** Wide enough for Halo's own navigation beside the 900 pixels of the tab. */
const WINDOW = { width: 1180, height: 840, as: 'nobody' } as const;

let browser: Browser;
let installation: Installation;
let halo: Front;
let stranger: Front;
let isthmus: Front;
let psaInstanceId: string;
let client: { clientId: string; clientName: string; customerId: string };
beforeAll(async () => {
  // Browsers that send no cookies to other sites but those that are kept apart for each.
  browser = await startBrowser(['--test-third-party-cookie-phaseout']);
  [halo, stranger, isthmus] = await Promise.all([
    Front.start({ host: '127.0.0.1', target: () => installation.sandbox.url }),
    Front.start({ host: '127.0.0.1' }),
    Front.start({ host: 'localhost', target: () => installation.url, certificate: selfSigned('localhost') }),
  ]);
  const size = { customers: 20, subscriptions: 80 };
  installation = await Installation.start(size, { publicUrl: isthmus.url, fronts: [new URL(halo.url).host] });
  const connection = { baseUrl: halo.url, authUrl: `${halo.url}/auth`, iframeSecret: SECRET };
  psaInstanceId = await installation.addPsaInstance('Halo', connection);
  await installation.import(await installation.addTenant(psaInstanceId));
  await installation.api('PUT', '/agents', { psaInstanceId, agentId: `${DANA}`, role: 'operator' });
  const { data } = await installation.api<{ data: (typeof client)[] }>('GET', '/subscriptions?state=linked&limit=1');
  client = data[0]!;
});
afterAll(async () => {
  await browser?.close();
  await installation?.close();
  await Promise.all([halo, stranger, isthmus].map((front) => front?.close()));
});

const visiting = (what: (visitor: Visitor) => Promise<void>, options?: VisitorOptions): Promise<void> =>
  visit(browser, installation, what, { ...WINDOW, ...options });

/** The address that Halo opens for its tab on a client. */
function tab({ agent = DANA, area = client.clientName } = {}): string {
  const url = `${isthmus.url}/auth/embed/${psaInstanceId}?agentId=$LOGGEDINAGENTID&hmac=$HMAC&area=$AREA`;
  return installation.sandbox.psa.tabAddress(url, SECRET, agent, area);
}

/** Lets a site show an address in a frame, as Halo shows a tab. @returns The address of that site's page. */
function showing(site: Front, address: string): string {
  const escaped = address.replaceAll(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  site.pages.set(
    '/client',
    `<!doctype html><html lang="en"><head><title>Client</title><link rel="icon" href="data:,"><style>
      body { margin: 0; display: grid; grid-template-columns: 1fr 900px; color-scheme: light dark; font-family: system-ui }
      header { padding: 1rem } iframe { border: 0; width: 900px; height: 840px }</style></head>
      <body><header><b>HaloPSA</b></header><iframe title="Isthmus" src="${escaped}"></iframe></body></html>`,
  );
  return `${site.url}/client`;
}

describe('within a page of HaloPSA, which is another site', () => {
  it('an agent signs in by opening the tab, and works there in 900 pixels', () =>
    visiting(async (visitor) => {
      const frame = await visitor.openFramed(showing(halo, tab()));
      const fits = async (): Promise<void> => {
        const inside = visitor.page.frames()[1]!;
        expect(await inside.evaluate('[innerWidth, document.documentElement.scrollWidth]')).toEqual([900, 900]);
        expect(new URL(inside.url()).origin).toBe(isthmus.url);
        expect(await visitor.barriers()).toEqual([]);
      };
      await visitor.at(client.clientName);
      await frame.getByText(`(${client.customerId})`).waitFor();
      await fits();
      await visitor.picture('inside-halo');

      await frame.getByRole('table', { name: 'Subscriptions' }).getByRole('link').first().click();
      await frame.getByRole('table', { name: 'Both records' }).waitFor();
      await fits();

      await visitor.page.frames()[1]!.evaluate('history.back()');
      await visitor.at(client.clientName);
      await frame.getByRole('main').getByRole('link', { name: 'Mapping' }).click();
      await visitor.at('Mapping');
      await fits();

      await frame.getByRole('link', { name: 'Subscriptions', exact: true }).click();
      await visitor.at('Subscriptions');
      await fits();

      await visitor.openFramed(showing(halo, tab()));
      await frame.getByRole('button', { name: 'Import for this client' }).click();
      await visitor.at(/^Import of/);
      await frame.getByText(/^Succeeded/).waitFor();
      await fits();
      const id = visitor.page.frames()[1]!.url().split('/').at(-1) ?? '';
      expect(await installation.ended(id)).toMatchObject({
        scope: { kind: 'client', clientId: client.clientId },
        requestedBy: expect.stringContaining('Dana Dispatcher'),
      });
    }));

  it('the page opens at Home when the tab names no client that there is', () =>
    visiting(async (visitor) => {
      await visitor.openFramed(showing(halo, tab({ area: 'Nobody of that name' })));
      await visitor.at('Home');
      expect(visitor.page.frames()[1]!.url()).toBe(`${isthmus.url}/`);
    }));

  it('somebody whom Halo does not know is told so there, and gets no further', () =>
    visiting(async (visitor) => {
      await visitor.openFramed(showing(halo, tab({ agent: 987_654 })));
      await visitor.at('HaloPSA does not know you');
      expect(await visitor.barriers()).toEqual([]);
      expect(visitor.complaints.splice(0)).toEqual([expect.stringContaining('403')]);
    }));

  it('what the browser does not let a frame copy is said to be left to the agent', () =>
    visiting(async (visitor) => {
      const { data } = await installation.api<{ data: { id: string }[] }>('GET', '/imports?state=succeeded_with_skips&limit=1');
      const { id } = data[0]!;
      const skip = {
        importId: id,
        entity: 'subscription',
        marketplaceId: 's1',
        reason: 'unknown_customer',
        detail: 'Whose is it?',
      } as const;
      await installation.database.dataSource.manager.insert(Skip, { ...skip, line: null, psaId: null });
      const frame = await visitor.openFramed(showing(halo, tab()));
      await visitor.at(client.clientName);
      await visitor.page.frames()[1]!.evaluate(`location.assign('/imports/${id}?tab=skips&reason=unknown_customer')`);
      await frame.getByRole('button', { name: /^Ask Ingram … subscription s1/ }).click();
      await frame.getByRole('button', { name: 'Copy' }).click();
      await frame.getByText('The browser does not let this page copy.').waitFor();
      expect(await frame.getByRole('button', { name: 'Copied' }).count()).toBe(0);
      expect(visitor.complaints.splice(0).filter((complaint) => !/clipboard/i.test(complaint))).toEqual([]);
    }));

  it('a session that was ended leads back to the tab', () =>
    visiting(async (visitor) => {
      const frame = await visitor.openFramed(showing(halo, tab()));
      await visitor.at(client.clientName);
      await installation.database.dataSource.query('UPDATE sessions SET ended_at = now()');
      await frame.getByRole('link', { name: 'Imports' }).click();
      await visitor.at('Sign in to Isthmus');
      expect(await frame.getByText('tab in HaloPSA. It signs you in').count()).toBe(1);
      visitor.forgive(401);
    }));

  it('a button in Halo opens the same in a tab of the browser', () =>
    visiting(async (visitor) => {
      await visitor.page.goto(tab());
      await visitor.at(client.clientName);
      expect(visitor.page.url()).toBe(`${isthmus.url}/clients/${client.clientId}`);
    }));
});

describe('within a page of any other site', () => {
  it.each([
    ['the tab', (): string => tab()],
    ['the page', (): string => `${isthmus.url}/`],
    ['a sign-in link', (): string => `${isthmus.url}/auth/link?token=x`],
  ])('%s is refused by the browser, which shows nothing, also to an agent who is signed in', (_what, address) =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.openFramed(showing(halo, tab()));
      await visitor.at(client.clientName);
      const refused = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
      const frame = await visitor.openFramed(showing(stranger, address()));
      await refused;
      expect(await frame.getByRole('heading', { level: 1 }).count()).toBe(0);
      expect(page.frames().map((each) => new URL(each.url()).origin)).not.toContain(isthmus.url);
      expect(visitor.complaints.splice(0)).toEqual([expect.stringContaining('frame-ancestors')]);
    }),
  );
});
