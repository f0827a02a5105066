import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startBrowser } from './browser.js';
import { Installation } from './installation.js';
import { type Visitor, type VisitorOptions, visit } from './visitor.js';

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

describe('before anything is connected', () => {
  it('Home says so and leads to a new tenant', () =>
    visiting(async (visitor) => {
      await visitor.open('/', 'Home');
      expect(await visitor.barriers()).toEqual([]);
      expect(await visitor.page.getByRole('link', { name: 'Connect a marketplace account' }).getAttribute('href')).toBe('/tenants/new');
    }));

  it('a viewer is told who can connect one', () =>
    visiting(
      async (visitor) => {
        await visitor.open('/', 'Home');
        await visitor.page.getByText('An administrator can add one.').waitFor();
        expect(await visitor.page.getByRole('link', { name: 'Connect a marketplace account' }).count()).toBe(0);
      },
      { as: { role: 'viewer', psaInstanceId } },
    ));
});

describe('with a tenant whose import left something to decide', () => {
  let tenantId: string;
  beforeAll(async () => {
    tenantId = await installation.addTenant(psaInstanceId);
    await installation.import(tenantId);
  });

  it('Home tells what needs a person', () =>
    visiting(async (visitor) => {
      await visitor.open('/', 'Home');
      expect(await visitor.barriers()).toEqual([]);
      await visitor.page.getByText(/\d+ customers to map: \d+ with a suggestion, \d+ ambiguous/).waitFor();
      await visitor.picture('home');
    }));

  it('Tenants lists it with its last import', () =>
    visiting(async (visitor) => {
      await visitor.open('/tenants', 'Tenants');
      expect(await visitor.barriers()).toEqual([]);
      const row = visitor.page.getByRole('row', { name: /Ingram US/ });
      await row.getByText('Succeeded, with skips').waitFor();
      expect(await row.getByRole('link', { name: 'Ingram US' }).getAttribute('href')).toBe(`/tenants/${tenantId}`);
      await visitor.picture('tenants');
    }));

  it('the keyboard alone gets from screen to screen', () =>
    visiting(async (visitor) => {
      await visitor.open('/', 'Home');
      const { page } = visitor;
      await page.locator('header nav a').first().focus();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await visitor.at('Tenants');
      // The new screen's heading has the focus, so that a screen reader begins there.
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Tenants');
    }));

  it('fits into the 900 pixels of a tab in Halo', () =>
    visiting(
      async (visitor) => {
        await visitor.open('/tenants', 'Tenants');
        expect(await visitor.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(900);
        await visitor.page.getByRole('link', { name: 'Imports' }).waitFor();
      },
      { width: 900, height: 700 },
    ));
});
