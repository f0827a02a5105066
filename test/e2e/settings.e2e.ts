import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startBrowser } from './browser.js';
import { Installation } from './installation.js';
import { visit, type Visitor, type VisitorOptions } from './visitor.js';

interface Tenant {
  name: string;
  applicationId: string | null;
  currency: string | null;
  subscriptionImport: { supplierId?: string; rereadWithinDays: number };
}

let browser: Browser;
let installation: Installation;
let psaInstanceId: string;
let tenantId: string;
beforeAll(async () => {
  browser = await startBrowser();
  installation = await Installation.start({ customers: 10, subscriptions: 20 });
  psaInstanceId = await installation.addPsaInstance();
  tenantId = await installation.addTenant(psaInstanceId);
});
afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

const visiting = (what: (visitor: Visitor) => Promise<void>, options?: VisitorOptions): Promise<void> =>
  visit(browser, installation, what, options);
const stored = (): Promise<Tenant> => installation.api<Tenant>('GET', `/tenants/${tenantId}`);

describe('a tenant that was never imported', () => {
  it('leads back to its first steps', () =>
    visiting(async (visitor) => {
      await visitor.open(`/tenants/${tenantId}`, 'Ingram US');
      await visitor.page.getByText('Nothing was imported yet.').waitFor();
      expect(await visitor.barriers()).toEqual([]);
      await visitor.page.getByRole('link', { name: 'Map and import' }).click();
      await visitor.page.getByText('Nothing is written to HaloPSA before you import.').waitFor();
      expect(visitor.page.url()).toBe(`${installation.url}/tenants/${tenantId}/first-import`);
    }));
});

describe("a tenant's less usual settings", () => {
  it('are the supplier on new Halo subscriptions, and within how many days all is read', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open(`/tenants/${tenantId}`, 'Ingram US');
      await page.getByRole('textbox', { name: 'Supplier’s id in HaloPSA' }).fill('1');
      await page.getByRole('textbox', { name: 'Read all again within (days)' }).fill('14');
      await page.getByRole('button', { name: 'Save subscription imports' }).click();
      await page.getByText('Subscription imports saved.').waitFor();
      expect((await stored()).subscriptionImport).toMatchObject({ supplierId: '1', rereadWithinDays: 14 });
      await page.getByRole('textbox', { name: 'Supplier’s id in HaloPSA' }).fill('');
      // The button is switched off as soon as it is pressed, and the first message may stand still.
      const saved = page.waitForResponse((response) => response.request().method() === 'PATCH');
      await page.getByRole('button', { name: 'Save subscription imports' }).click();
      await saved;
      expect((await stored()).subscriptionImport).not.toHaveProperty('supplierId');
    }));

  it('name the field at fault', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open(`/tenants/${tenantId}`, 'Ingram US');
      const supplier = page.getByRole('textbox', { name: 'Supplier’s id in HaloPSA' });
      await supplier.fill('Ingram');
      await page.getByRole('button', { name: 'Save subscription imports' }).click();
      await page.locator('[aria-invalid="true"]').waitFor();
      expect(await supplier.getAttribute('aria-invalid')).toBe('true');
      visitor.forgive(400);
    }));

  it('are the application id and the currency of the account', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const id = 'integration-1';
      await visitor.open(`/tenants/${tenantId}`, 'Ingram US');
      await page.getByRole('button', { name: /^More, all optional/ }).click();
      await page.getByRole('textbox', { name: 'Application id' }).fill(id);
      await page.getByRole('textbox', { name: 'Currency' }).fill('usd');
      expect(await visitor.barriers()).toEqual([]);
      await page.getByRole('button', { name: 'Save setup' }).click();
      await page.getByText('Setup saved.').waitFor();
      expect(await stored()).toMatchObject({ applicationId: id, currency: 'USD' });
    }));

  it('are open to an administrator from Halo’s tab, but for the account’s own fields', () =>
    visiting(
      async (visitor) => {
        const { page } = visitor;
        await visitor.open(`/tenants/${tenantId}`, 'Ingram US');
        expect(await page.getByRole('textbox', { name: 'Username' }).isDisabled()).toBe(true);
        await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Ingram, renamed');
        await page.getByRole('button', { name: 'Save setup' }).click();
        await page.getByText('Setup saved.').waitFor();
        expect((await stored()).name).toBe('Ingram, renamed');
        await page.getByRole('button', { name: 'Tenant', exact: true }).click();
        await page.getByRole('menuitem', { name: 'Switch off' }).waitFor();
        expect(await page.getByRole('menuitem', { name: /^Remove/ }).count()).toBe(0);
      },
      { as: { role: 'admin', psaInstanceId } },
    ));

  it('of a PSA instance say what is entered in Halo for the tab', () =>
    visiting(async (visitor) => {
      await visitor.open(`/psa-instances/${psaInstanceId}`, 'Halo');
      const tab = visitor.page.getByRole('region', { name: 'Tab and button in Halo' });
      const address = `${installation.url}/auth/embed/${psaInstanceId}?agentId=$LOGGEDINAGENTID&hmac=$HMAC&area=$AREA`;
      await tab.getByText(address).waitFor();
      expect(await visitor.barriers()).toEqual([]);
    }));
});
