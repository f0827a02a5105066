import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startBrowser } from './browser.js';
import { Installation } from './installation.js';
import { visit, type Visitor, type VisitorOptions } from './visitor.js';

const DEACTIVATE = 'Deactivate subscriptions in Halo when they are deleted from Cloud Blue';

interface Tenant {
  clientImport: { topLevelId?: string; updateMainSiteAddress: boolean };
  integrator: { enabled: boolean; deactivateDeleted: boolean; at: string; timeZone: string };
  guard: { floor: number; percent: number };
  pausedAt: string | null;
}

let browser: Browser;
let installation: Installation;
let psaInstanceId: string;
let tenantId: string;
beforeAll(async () => {
  browser = await startBrowser();
  installation = await Installation.start();
  psaInstanceId = await installation.addPsaInstance();
  tenantId = await installation.addTenant(psaInstanceId);
  await installation.import(tenantId);
});
afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

const visiting = (what: (visitor: Visitor) => Promise<void>, options?: VisitorOptions): Promise<void> =>
  visit(browser, installation, what, options);
const stored = (): Promise<Tenant> => installation.api<Tenant>('GET', `/tenants/${tenantId}`);

describe("a tenant's page", () => {
  it('has the four sections of Halo’s own modules, and no barrier', () =>
    visiting(async (visitor) => {
      await visitor.open(`/tenants/${tenantId}`, 'Ingram US');
      const headings = await visitor.page.getByRole('heading', { level: 2 }).allInnerTexts();
      expect(headings).toEqual(['Setup', 'Client imports', 'Subscription imports', 'Integrator']);
      expect(await visitor.barriers()).toEqual([]);
      await visitor.picture('setup', visitor.page.getByRole('region', { name: 'Setup' }));
      await visitor.picture('client-imports', visitor.page.getByRole('region', { name: 'Client imports' }));
      await visitor.picture('subscription-imports', visitor.page.getByRole('region', { name: 'Subscription imports' }));
    }));

  it('tests the stored account without its secrets being entered again', () =>
    visiting(async (visitor) => {
      await visitor.open(`/tenants/${tenantId}`, 'Ingram US');
      await visitor.page.getByRole('button', { name: 'Test', exact: true }).click();
      const checks = visitor.page.getByRole('list', { name: 'Checks' });
      await checks.waitFor();
      expect(await checks.getByRole('img', { name: 'holds' }).count()).toBe(8);
      expect(await visitor.barriers()).toEqual([]);
      expect(await visitor.page.getByLabel('Password').first().inputValue()).toBe('');
    }));

  it('asks for the secrets again when the account is to be another', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open(`/tenants/${tenantId}`, 'Ingram US');
      await page.getByRole('textbox', { name: 'Username' }).fill('somebody.API');
      await page.getByRole('button', { name: 'Save setup' }).click();
      await page.getByText('password is needed again to change username').waitFor();
      expect(await page.locator('[aria-invalid="true"]').count()).toBe(2);
      visitor.forgive(400);
    }));

  it('keeps what is chosen for client imports: a top level of Halo’s, and addresses', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open(`/tenants/${tenantId}`, 'Ingram US');
      await page.getByRole('combobox', { name: 'Top level for new clients' }).click();
      await page.getByRole('option').first().click();
      await page.getByRole('checkbox', { name: 'Update main site address' }).check();
      await page.getByRole('button', { name: 'Save client imports' }).click();
      await page.getByText('Client imports saved.').waitFor();
      const { clientImport } = await stored();
      expect(clientImport.topLevelId).toMatch(/^\d+$/);
      expect(clientImport.updateMainSiteAddress).toBe(true);
    }));

  it('shows a top level that HaloPSA does not name any more, and not its default', () =>
    visiting(async (visitor) => {
      const before = (await stored()).clientImport.topLevelId ?? null;
      await installation.api('PATCH', `/tenants/${tenantId}`, { clientImport: { topLevelId: '987654' } });
      await visitor.open(`/tenants/${tenantId}`, 'Ingram US');
      const level = visitor.page.getByRole('combobox', { name: 'Top level for new clients' });
      await level.and(visitor.page.locator(':not([placeholder^="Reading"])')).waitFor();
      expect(await level.inputValue()).toBe('No. 987654');
      await installation.api('PATCH', `/tenants/${tenantId}`, { clientImport: { topLevelId: before } });
    }));

  it('imports for one client, found by typing', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const { data } = await installation.api<{ data: { customerId: string; name: string }[] }>(
        'GET',
        `/tenants/${tenantId}/customers?state=mapped&limit=1`,
      );
      const { customerId, name } = data[0]!;
      await visitor.open(`/tenants/${tenantId}`, 'Ingram US');
      await page.getByRole('radio', { name: 'For one client' }).check();
      await page.getByRole('combobox', { name: 'Client', exact: true }).fill(name.slice(0, 6));
      await page.getByRole('option', { name: new RegExp(`\\(${customerId}`) }).click();
      await page.getByRole('region', { name: 'Subscription imports' }).getByRole('button', { name: 'Import now' }).click();
      await page.waitForURL(/\/imports\/[\da-f-]{36}$/);
      expect(await installation.ended(page.url().split('/').at(-1) ?? '')).toMatchObject({ scope: { kind: 'customer', customerId } });
    }));

  it('has a daily integrator; what ends subscriptions can be chosen only once it is on', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open(`/tenants/${tenantId}`, 'Ingram US');
      await page.getByText('It runs in Isthmus, not in Halo’s own program').waitFor();
      const deactivate = page.getByRole('checkbox', { name: DEACTIVATE });
      expect(await deactivate.count()).toBe(0);
      await page.getByRole('switch', { name: 'Enable the integrator' }).check();
      await deactivate.check();
      await page.getByLabel('Time', { exact: true }).fill('03:15');
      await page.getByRole('textbox', { name: 'Subscriptions' }).fill('7');
      expect(await visitor.barriers()).toEqual([]);
      await page.getByRole('button', { name: 'Save integrator' }).click();
      await page.getByText('The integrator is on.').waitFor();
      expect(await stored()).toMatchObject({
        integrator: { enabled: true, deactivateDeleted: true, at: '03:15', timeZone: 'Europe/London' },
        guard: { floor: 7, percent: 10 },
      });
      await visitor.picture('integrator', page.getByRole('region', { name: 'Integrator' }));
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByRole('button', { name: 'Resume' }).waitFor();
      expect((await stored()).pausedAt).not.toBeNull();
    }));

  it('lets a viewer look and nothing else', () =>
    visiting(
      async (visitor) => {
        const { page } = visitor;
        await visitor.open(`/tenants/${tenantId}`, 'Ingram US');
        expect(await page.getByRole('button', { name: /^(Save|Import|Preview|Test|Generate|Pause|Resume|Run)/ }).count()).toBe(0);
        expect(await page.getByRole('checkbox', { name: 'Update main site address' }).isDisabled()).toBe(true);
        expect(await visitor.barriers()).toEqual([]);
      },
      { as: { role: 'viewer', psaInstanceId } },
    ));

  it('removes it once that is confirmed, and leaves it alone otherwise', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const id = await installation.addTenant(psaInstanceId, { name: 'Ingram CA' });
      const tenants = async (): Promise<string[]> =>
        (await installation.api<{ data: { id: string }[] }>('GET', '/tenants')).data.map((tenant) => tenant.id);
      await visitor.open(`/tenants/${id}`, 'Ingram CA');
      for (const answer of ['Keep it', 'Remove it']) {
        expect(await tenants()).toContain(id);
        await page.getByRole('button', { name: 'Tenant', exact: true }).click();
        const remove = page.getByRole('menuitem', { name: /^Remove/ });
        await remove.waitFor();
        expect((await visitor.barriers()).filter((barrier) => barrier.includes('contrast'))).toEqual([]);
        await remove.click();
        await page.getByRole('dialog', { name: 'Remove Ingram CA?' }).waitFor();
        expect(await visitor.barriers()).toEqual([]);
        await page.getByRole('button', { name: answer }).click();
      }
      await page.getByRole('heading', { name: 'Tenants', level: 1 }).waitFor();
      expect(await tenants()).toEqual([tenantId]);
    }));

  it('says of one that is not there that it was not found', () =>
    visiting(async (visitor) => {
      await visitor.open('/tenants/3f0c2f4e-6a6e-4b8c-9a55-0d9d3c1d7a10', 'Tenant');
      await visitor.page.getByText('Not found', { exact: true }).waitFor();
      expect(await visitor.page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
      visitor.forgive(404);
    }));
});
