import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page, Route } from 'playwright-core';
import { SignInLinks } from '../../src/auth/sign-in-links.js';
import { startBrowser } from './browser.js';
import { Installation } from './installation.js';
import { type Visitor, type VisitorOptions, visit } from './visitor.js';

let browser: Browser;
let installation: Installation;
let psaInstanceId: string;
/** Addresses of all screens that read something, with their headings while nothing of it is known. */
let screens: [path: string, heading: string][];
beforeAll(async () => {
  browser = await startBrowser();
  installation = await Installation.start({ customers: 12, subscriptions: 40 });
});
afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

const visiting = (what: (visitor: Visitor) => Promise<void>, options?: VisitorOptions): Promise<void> =>
  visit(browser, installation, what, options);

/** What the service is asked for, but for who is signed in. */
const DATA = /\/api\/v1\/(?!session$)/;
const BROKEN = {
  type: 'https://isthmus.invalid/problems/internal',
  title: 'Something went wrong in Isthmus',
  status: 500,
  detail: 'The log has more under this errorId.',
  instance: '/api/v1',
  errorId: '3f0c2f4e-6a6e-4b8c-9a55-0d9d3c1d7a10',
};
const breaks = (route: Route): Promise<void> =>
  route.fulfill({ status: 500, contentType: 'application/problem+json', body: JSON.stringify(BROKEN) });
const isAway = (route: Route): Promise<void> => route.abort('connectionrefused');

/** Opens a screen that cannot be read, and lets the pauses between its own tries pass, until it gives up and says so. */
async function openInVain(page: Page, path: string, heading: string): Promise<void> {
  await page.goto(`${installation.url}${path}`);
  await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
  const again = page.getByRole('button', { name: 'Try again' });
  while ((await again.count()) === 0) await page.clock.runFor(1000);
}

describe('signed out', () => {
  it('one is told the two ways in', () =>
    visiting(
      async (visitor) => {
        await visitor.open('/tenants', 'Sign in to Isthmus');
        await visitor.page.getByText('npx isthmus sign-in-link').waitFor();
        expect(await visitor.barriers()).toEqual([]);
        await visitor.picture('signed-out');
        visitor.forgive(401);
      },
      { as: 'nobody' },
    ));

  it('a one-time link lets an owner in, once', () =>
    visiting(
      async (visitor) => {
        const { page } = visitor;
        await page.goto(await new SignInLinks(installation.database.dataSource).create(installation.url));
        const link = page.url();
        await visitor.at('Sign in to Isthmus');
        expect(await visitor.barriers()).toEqual([]);
        await page.getByRole('button', { name: 'Sign in' }).click();
        await visitor.at('Home');
        await page.getByRole('button', { name: 'Signed in as Owner, owner' }).waitFor();
        await page.goto(link);
        await page.getByRole('button', { name: 'Sign in' }).click();
        await visitor.at('This link does not work');
        visitor.forgive(403);
      },
      { as: 'nobody' },
    ));

  it('by hand, one is asked to come in again, and Back shows nothing', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open('/', 'Home');
      await page.getByRole('button', { name: /^Signed in as/ }).click();
      await page.getByRole('menuitem', { name: 'Sign out' }).click();
      await visitor.at('Sign in to Isthmus');
      await page.goBack();
      await visitor.open('/tenants', 'Sign in to Isthmus');
      expect(await page.getByRole('navigation').count()).toBe(0);
      visitor.forgive(401);
    }));
});

describe('before anything is connected', () => {
  it('each list says that it is empty, and what comes first', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const empty: [string, string, string][] = [
        ['/', 'Home', 'Connect your HaloPSA'],
        ['/tenants', 'Tenants', 'No tenant yet'],
        ['/tenants/new', 'New tenant', 'Connect your HaloPSA first'],
        ['/subscriptions', 'Subscriptions', 'Nothing was imported yet'],
        ['/imports', 'Imports', 'No import yet'],
        ['/clients/12', 'Client 12', 'Nothing is connected yet'],
        ['/psa-instances', 'PSA instances', 'No HaloPSA is connected yet'],
        ['/agents', 'Agents', 'No agent came in yet'],
        ['/words', 'Words', 'Reseller account'],
        ['/nowhere', 'Nothing here', 'There is no screen at this address'],
      ];
      for (const [path, heading, says] of empty) {
        await visitor.open(path, heading);
        await page.getByText(says, { exact: true }).first().waitFor();
        expect(await visitor.barriers()).toEqual([]);
        if (path === '/words') await visitor.picture('words');
      }
    }));

  it('a HaloPSA is connected in a dialog that names the field at fault', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const { baseUrl, authUrl, haloTenant, clientId, clientSecret } = installation.sandbox.credentials.psa;
      await visitor.open('/', 'Home');
      await page.getByRole('link', { name: 'Connect your HaloPSA' }).click();
      await visitor.at('PSA instances');
      await page.getByRole('button', { name: 'New' }).first().click();
      const dialog = page.getByRole('dialog', { name: 'New PSA instance' });
      await dialog.getByRole('button', { name: 'Connect' }).click();
      await dialog.locator('[aria-invalid="true"]').first().waitFor();
      expect(await visitor.barriers()).toEqual([]);
      const fields = { Name: 'Production', 'Client ID': clientId, 'Client secret': clientSecret, Tenant: haloTenant };
      const servers = { 'Resource server': baseUrl, 'Authorisation server': authUrl };
      for (const [label, text] of Object.entries({ ...fields, ...servers })) {
        await dialog
          .getByLabel(new RegExp(`^${label}`))
          .and(dialog.locator('input'))
          .fill(text);
      }
      await visitor.picture('new-psa-instance');
      await dialog.getByRole('button', { name: 'Connect' }).click();
      await page.getByRole('dialog', { name: 'Webhook secret' }).getByRole('button', { name: 'Copy' }).waitFor();
      expect(await visitor.barriers()).toEqual([]);
      await page.getByRole('button', { name: 'I have it' }).click();
      // There it can be tested at once.
      await visitor.at(fields.Name);
      await page.getByRole('button', { name: 'Test' }).click();
      await page.getByRole('list', { name: 'Checks' }).waitFor();
      expect(await page.getByRole('img', { name: 'failed' }).count()).toBe(0);
      await installation.api('DELETE', `/psa-instances/${page.url().split('/').at(-1)}`);
      visitor.forgive(400);
    }));
});

describe('with everything connected', () => {
  beforeAll(async () => {
    psaInstanceId = await installation.addPsaInstance();
    const tenantId = await installation.addTenant(psaInstanceId);
    const { id } = await installation.import(tenantId);
    const { data } = await installation.api<{ data: { clientId: string; subscriptionId: string }[] }>('GET', '/subscriptions?state=linked');
    const { clientId, subscriptionId } = data[0]!;
    screens = [
      ['/', 'Home'],
      ['/tenants', 'Tenants'],
      ['/tenants/new', 'New tenant'],
      [`/tenants/${tenantId}`, 'Tenant'],
      [`/tenants/${tenantId}/mapping`, 'Mapping'],
      [`/tenants/${tenantId}/first-import`, 'New tenant'],
      ['/subscriptions', 'Subscriptions'],
      [`/subscriptions/${tenantId}/${subscriptionId}`, `Subscription ${subscriptionId}`],
      ['/imports', 'Imports'],
      [`/imports/${id}`, 'Import'],
      [`/clients/${clientId}`, `Client ${clientId}`],
      ['/psa-instances', 'PSA instances'],
      [`/psa-instances/${psaInstanceId}`, 'PSA instance'],
      ['/agents', 'Agents'],
      ['/tokens', 'API tokens'],
      ['/sessions', 'Sessions'],
      ['/audit', 'Audit'],
    ];
  });

  it('each screen says when the service fails, and under which number its log has it', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await page.clock.install();
      await page.route(DATA, breaks);
      for (const [path, heading] of screens) {
        await openInVain(page, path, heading);
        await page.getByText(BROKEN.errorId).first().waitFor();
        expect(await visitor.barriers()).toEqual([]);
      }
      visitor.forgive(500);
    }));

  it('each screen says when the service is away, and shows its content once it is back', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await page.clock.install();
      for (const [path, heading] of screens) {
        await page.route(DATA, isAway);
        await openInVain(page, path, heading);
        await page.getByText('Isthmus does not answer').first().waitFor();
        await page.unroute(DATA, isAway);
        for (const again of await page.getByRole('button', { name: 'Try again' }).all()) await again.click();
        await page.getByText('Isthmus does not answer').first().waitFor({ state: 'detached' });
        await visitor.settled();
      }
      expect(visitor.complaints.splice(0).filter((complaint) => !complaint.includes('ERR_CONNECTION_REFUSED'))).toEqual([]);
    }));

  it('each screen has its heading while it is loading', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      let answer = (): void => undefined;
      const answered = new Promise<void>((resolve) => (answer = resolve));
      await page.route(DATA, async (route) => {
        await answered;
        await route.fallback().catch(() => undefined);
      });
      for (const [path, heading] of screens) {
        await page.goto(`${installation.url}${path}`);
        await page.getByRole('heading', { level: 1, name: heading }).waitFor();
        await page.locator('main [aria-busy="true"]').first().waitFor();
        expect(await visitor.barriers()).toEqual([]);
      }
      answer();
      await visitor.settled();
    }));

  it('what a viewer may not see says so, and what they may not do is not offered', () =>
    visiting(
      async (visitor) => {
        const { page } = visitor;
        for (const [path, heading] of screens.filter(([path]) => /^\/(agents|tokens|sessions|audit)$/.test(path))) {
          await visitor.open(path, heading);
          await page.getByText('Your role does not reach that far.').waitFor();
          expect(await page.getByRole('main').getByRole('button').count()).toBe(0);
          expect(await visitor.barriers()).toEqual([]);
        }
        visitor.forgive(403);
      },
      { as: { role: 'viewer', psaInstanceId } },
    ));
});
