import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startBrowser } from './browser.js';
import { Installation } from './installation.js';
import { visit, type Visitor, type VisitorOptions } from './visitor.js';

interface Tenant {
  name: string;
  applicationId: string | null;
  currency: string | null;
  country: string | null;
  integrator: object;
  clientImport: { onlyWithSubscriptions: boolean; updateMainSiteAddress: boolean };
  subscriptionImport: { supplierId?: string; rereadWithinDays: number; prices: string };
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

  it('that are entered while others are being saved stay, and are still to be saved', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open(`/tenants/${tenantId}`, 'Ingram US');
      const [arrived, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      await page.route(`**/api/v1/tenants/${tenantId}`, async (route) => {
        if (route.request().method() === 'PATCH') {
          arrived.resolve();
          await goOn.promise;
        }
        await route.continue();
      });
      const address = page.getByRole('checkbox', { name: 'Update main site address' });
      const save = page.getByRole('button', { name: 'Save client imports' });
      await page.getByRole('checkbox', { name: 'Only customers that hold subscriptions' }).check();
      await save.click();
      await arrived.promise;
      await address.check();
      goOn.resolve();
      await page.getByText('Client imports saved.').waitFor();
      expect((await stored()).clientImport).toMatchObject({ onlyWithSubscriptions: true, updateMainSiteAddress: false });
      expect(await address.isChecked()).toBe(true);
      const saved = page.waitForResponse((response) => response.request().method() === 'PATCH');
      await save.click();
      await saved;
      expect((await stored()).clientImport).toMatchObject({ onlyWithSubscriptions: true, updateMainSiteAddress: true });
    }));

  it('do not put back what somebody else has stored since the page was opened', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open(`/tenants/${tenantId}`, 'Ingram US');
      await installation.api('PATCH', `/tenants/${tenantId}`, { country: 'CA', subscriptionImport: { prices: 'never' } });
      await page.getByRole('textbox', { name: 'Read all again within (days)' }).fill('10');
      await page.getByRole('button', { name: 'Save subscription imports' }).click();
      await page.getByText('Subscription imports saved.').waitFor();
      expect(await page.getByRole('combobox', { name: 'Prices' }).inputValue()).toBe('Never write');
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Ingram US, east');
      await page.getByRole('button', { name: 'Save setup' }).click();
      await page.getByText('Setup saved.').waitFor();
      expect(await stored()).toMatchObject({
        name: 'Ingram US, east',
        country: 'CA',
        subscriptionImport: { prices: 'never', rereadWithinDays: 10 },
      });
      await installation.api('PATCH', `/tenants/${tenantId}`, { name: 'Ingram US' });
    }));

  it('of the integrator keep what somebody else has switched off since, and switch it off whatever was switched on', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const set = (integrator: object): Promise<unknown> => installation.api('PATCH', `/tenants/${tenantId}`, { integrator });
      const kept = async (): Promise<object> => (await stored()).integrator;
      const save = page.getByRole('button', { name: 'Save integrator' });
      const time = page.getByLabel('Time', { exact: true });
      await set({ enabled: true, deactivateDeleted: true, at: '03:00', timeZone: 'Europe/Paris' });
      await visitor.open(`/tenants/${tenantId}`, 'Ingram US');
      await set({ deactivateDeleted: false });
      await time.fill('04:00');
      await save.click();
      await page.getByText('The integrator is on.').waitFor();
      expect(await kept()).toMatchObject({ enabled: true, deactivateDeleted: false, at: '04:00', timeZone: 'Europe/Paris' });
      expect(await page.getByRole('checkbox', { name: /^Deactivate subscriptions/ }).isChecked()).toBe(false);
      await set({ deactivateDeleted: true });
      await page.getByRole('switch', { name: 'Enable the integrator' }).uncheck();
      await save.click();
      await page.getByText('The integrator is off.').waitFor();
      expect(await kept()).toMatchObject({ enabled: false, deactivateDeleted: false });
    }));

  it('of a PSA instance do not put back what somebody else has stored since either', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open(`/psa-instances/${psaInstanceId}`, 'Halo');
      await installation.api('PATCH', `/psa-instances/${psaInstanceId}`, { callsPer5Minutes: 250, alerts: { ticketTypeId: '2' } });
      await page.getByRole('textbox', { name: 'Client of alerts' }).fill('3');
      await page.getByRole('button', { name: 'Save setup' }).click();
      await page.getByText('PSA instance saved.').waitFor();
      expect(await installation.api('GET', `/psa-instances/${psaInstanceId}`)).toMatchObject({
        callsPer5Minutes: 250,
        alerts: { ticketTypeId: '2', clientId: '3' },
      });
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
