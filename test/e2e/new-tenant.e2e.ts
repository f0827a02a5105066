import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { startBrowser } from './browser.js';
import { Installation } from './installation.js';
import { visit, type Visitor, type VisitorOptions } from './visitor.js';

let browser: Browser;
let installation: Installation;
let psaInstanceId: string;
beforeAll(async () => {
  browser = await startBrowser();
  installation = await Installation.start();
  psaInstanceId = await installation.addPsaInstance();
});
afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

const visiting = (what: (visitor: Visitor) => Promise<void>, options?: VisitorOptions): Promise<void> =>
  visit(browser, installation, what, options);

/** By its label alone: a field for secrets has no role. */
const field = (page: Page, label: string): Locator => page.getByLabel(new RegExp(`^${label}`)).and(page.locator('input'));

async function fillIn({ page }: Visitor, changes: Record<string, string> = {}): Promise<void> {
  const { apiUrl, marketplace, username, password, subscriptionKey } = installation.sandbox.credentials.marketplace;
  const fields = {
    Name: 'Ingram US',
    'API URL': apiUrl,
    Marketplace: marketplace,
    Username: username,
    Password: password,
    'Subscription key': subscriptionKey,
    ...changes,
  };
  for (const [label, value] of Object.entries(fields)) await field(page, label).fill(value);
}

describe('a new tenant', () => {
  it.each([
    [{ Password: 'wrong' }, 'Username', /user or password was rejected/],
    [{ 'Subscription key': 'wrong' }, 'Subscription key', /subscription key was rejected/],
    [{ 'API URL': 'http://127.0.0.1:9/marketplace/na' }, 'API URL', /is not a public address/],
    [{ Marketplace: 'zz' }, 'Marketplace', /marketplace zz was refused/],
  ])('whose account is wrong (%j) is not saved, and the field %s is marked', (wrong, label, says) =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open('/tenants/new', 'New tenant');
      await fillIn(visitor, wrong);
      await page.getByRole('button', { name: 'Test' }).click();
      await page.getByRole('list', { name: 'Checks' }).waitFor();
      const at = field(page, label);
      expect(await at.getAttribute('aria-invalid')).toBe('true');
      const described = String(await at.getAttribute('aria-describedby'))
        .trim()
        .split(/\s+/);
      const texts = await Promise.all(described.map((id) => page.locator(`[id="${id}"]`).innerText()));
      expect(texts).toEqual(expect.arrayContaining([expect.stringMatching(says)]));
      expect(await page.locator('[aria-invalid="true"]').count()).toBe(1);
      if (label === 'Subscription key') await visitor.picture('new-tenant-wrong-key');
      expect(await installation.api<{ data: unknown[] }>('GET', '/tenants')).toMatchObject({ data: [] });
    }),
  );

  it('cannot go on with empty fields, and says which', () =>
    visiting(async (visitor) => {
      await visitor.open('/tenants/new', 'New tenant');
      expect(await visitor.barriers()).toEqual([]);
      await visitor.page.getByRole('button', { name: 'Next' }).click();
      expect(await visitor.page.locator('[aria-invalid="true"]').count()).toBe(6);
      await visitor.page.getByRole('button', { name: 'Where to find these' }).click();
      await visitor.page.getByText('for Miami, enter mi').waitFor();
      expect(await visitor.barriers()).toEqual([]);
    }));

  it('is set up in three steps: account, mapping, import', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open('/tenants', 'Tenants');
      await page.getByRole('link', { name: 'New' }).first().click();
      await visitor.at('New tenant');
      await fillIn(visitor);
      await visitor.picture('new-tenant');
      await page.getByRole('button', { name: 'Next' }).click();

      // A look at both sides begins by itself and fills the list; nothing is written.
      await visitor.at('Ingram US');
      await page.getByRole('list', { name: 'Customers' }).waitFor();
      // Those whose name is the same are matched already, so that only the rest is left to people.
      await page.getByRole('radio', { name: /^Mapped \([1-9]/ }).waitFor({ state: 'attached' });
      const { customers } = await installation.api<{ customers: object }>('GET', `/tenants/${page.url().split('/').at(-2)}`);
      expect(customers).toMatchObject({ mapped: expect.any(Number), suggested: expect.any(Number), ambiguous: expect.any(Number) });
      expect(Object.values(customers).filter((count) => count > 0).length).toBeGreaterThanOrEqual(4);
      expect(await visitor.barriers()).toEqual([]);
      await visitor.picture('new-tenant-mapping');
      const clients = installation.sandbox.psa.clients().length;

      await page.getByRole('button', { name: 'Next' }).click();
      await page.getByRole('table', { name: 'What the import would do' }).waitFor();
      expect(await visitor.barriers()).toEqual([]);
      await visitor.picture('new-tenant-import');
      expect(installation.sandbox.psa.clients().length).toBe(clients);

      await page.getByRole('button', { name: 'Import now' }).click();
      await page.waitForURL(/\/imports\/[\da-f-]{36}$/);
      const id = page.url().split('/').at(-1) ?? '';
      expect(await installation.ended(id)).toMatchObject({ preview: false, state: 'succeeded_with_skips' });
      expect(installation.sandbox.psa.clients().length).toBeGreaterThan(clients);
    }));

  it('is closed to an administrator who came in from Halo, because it needs credentials', () =>
    visiting(
      async (visitor) => {
        await visitor.open('/tenants/new', 'New tenant');
        await visitor.page.getByText('Credentials are closed to you').waitFor();
        await visitor.open('/tenants', 'Tenants');
        expect(await visitor.page.getByRole('link', { name: 'New' }).count()).toBe(0);
      },
      { as: { role: 'admin', psaInstanceId } },
    ));
});
