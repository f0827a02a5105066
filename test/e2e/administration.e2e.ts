import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startBrowser } from './browser.js';
import { Installation } from './installation.js';
import { visit, type Visitor, type VisitorOptions } from './visitor.js';

let browser: Browser;
let installation: Installation;
let psaInstanceId: string;
let tenantId: string;
beforeAll(async () => {
  browser = await startBrowser();
  installation = await Installation.start({ customers: 20, subscriptions: 60 });
  psaInstanceId = await installation.addPsaInstance('Production');
  tenantId = await installation.addTenant(psaInstanceId);
  await installation.import(tenantId);
});
afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

const visiting = (what: (visitor: Visitor) => Promise<void>, options?: VisitorOptions): Promise<void> =>
  visit(browser, installation, what, options);
const list = async <T>(path: string): Promise<T[]> => (await installation.api<{ data: T[] }>('GET', path)).data;

describe('administration', () => {
  it('has a screen for each thing that nobody is kept out of by barriers', () =>
    visiting(async (visitor) => {
      const screens = [
        ['psa-instances', 'PSA instances'],
        ['agents', 'Agents'],
        ['tokens', 'API tokens'],
        ['sessions', 'Sessions'],
        ['audit', 'Audit'],
      ] as const;
      for (const [path, heading] of screens) {
        await visitor.open(`/${path}`, heading);
        expect(await visitor.barriers()).toEqual([]);
        if (path !== 'agents') await visitor.picture(path);
      }
      await visitor.open(`/psa-instances/${psaInstanceId}`, 'Production');
      expect(await visitor.barriers()).toEqual([]);
      await visitor.picture('psa-instance');
    }));

  it('makes an API token that works, shows it once, and revokes it', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open('/tokens', 'API tokens');
      await page.getByRole('button', { name: 'New' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('textbox', { name: 'Name' }).fill('Nightly report');
      expect(await visitor.barriers()).toEqual([]);
      await dialog.getByRole('button', { name: 'Make token' }).click();
      const token = await dialog.getByLabel('API token', { exact: true }).innerText();
      const call = async (): Promise<number> =>
        (await fetch(`${installation.url}/api/v1/tenants`, { headers: { authorization: `Bearer ${token.trim()}` } })).status;
      expect(await call()).toBe(200);
      await dialog.getByRole('button', { name: 'I have it' }).click();
      await page.getByRole('button', { name: 'Revoke Nightly report' }).click();
      expect(await page.getByText(token.trim()).count()).toBe(0);
      await page.getByRole('button', { name: 'Revoke it' }).click();
      await page.getByRole('row', { name: /Nightly report/ }).waitFor({ state: 'detached' });
      expect(await call()).toBe(401);
    }));

  it('keeps what is entered for a token through a click beside it, and shows a token that was being made when Escape was pressed', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const [arrived, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      await page.route('**/api/v1/tokens', async (route) => {
        if (route.request().method() === 'POST') {
          arrived.resolve();
          await goOn.promise;
        }
        await route.continue();
      });
      await visitor.open('/tokens', 'API tokens');
      await page.getByRole('button', { name: 'New' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('textbox', { name: 'Name' }).fill('Weekly report');
      await page.mouse.click(5, 400);
      await dialog.getByRole('button', { name: 'Make token' }).click();
      await arrived.promise;
      await page.keyboard.press('Escape');
      goOn.resolve();
      expect(await dialog.getByLabel('API token', { exact: true }).innerText()).not.toBe('');
      await dialog.getByRole('button', { name: 'I have it' }).click();
      await page.getByRole('button', { name: 'Revoke Weekly report' }).click();
      await page.getByRole('button', { name: 'Revoke it' }).click();
      await page.getByRole('row', { name: /Weekly report/ }).waitFor({ state: 'detached' });
    }));

  it('gives an agent a role, and takes it back', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open('/agents', 'Agents');
      await page.getByRole('button', { name: 'New' }).click();
      await page.getByRole('textbox', { name: 'Agent id' }).fill('3');
      await page.getByRole('button', { name: 'Give role' }).click();
      const role = page.getByRole('combobox', { name: /^Role of / });
      await role.waitFor();
      const roles = async (): Promise<string[]> => (await list<{ role: string }>('/agents')).map((agent) => agent.role);
      expect(await roles()).toEqual(['operator']);
      await visitor.picture('agents');
      await role.click();
      await page.getByRole('option', { name: /^Viewer/ }).click();
      await page.getByRole('alert').filter({ hasText: 'is viewer now' }).waitFor();
      expect(await roles()).not.toContain('operator');
      // Agents who come in later are numbered from 1 on.
      await installation.database.dataSource.query('DELETE FROM agents');
    }));

  it('ends a session at once', () =>
    visiting(async (visitor) => {
      const other = visit(
        browser,
        installation,
        async (agent) => {
          await agent.open('/', 'Home');
          const { page } = visitor;
          await visitor.open('/sessions', 'Sessions');
          await page.getByRole('button', { name: 'End the session of Sam Taylor' }).click();
          await page.getByRole('button', { name: 'End it' }).click();
          await page.getByRole('row', { name: /Sam Taylor/ }).waitFor({ state: 'detached' });
          await agent.page.goto(`${installation.url}/tenants`);
          await agent.page.getByRole('heading', { name: 'Sign in to Isthmus' }).waitFor();
          agent.forgive(401);
        },
        { as: { role: 'viewer', psaInstanceId } },
      );
      await expect(other).resolves.toBeUndefined();
    }));

  it('shows who did what, and what was different before', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await installation.api('PATCH', `/tenants/${tenantId}`, { name: 'Ingram renamed' });
      await visitor.open('/audit', 'Audit');
      await page.getByRole('combobox', { name: 'Kind' }).click();
      await page.getByRole('option', { name: 'Tenant' }).click();
      await page.getByRole('combobox', { name: 'Action' }).click();
      await page.getByRole('option', { name: 'Changed' }).click();
      await page.getByRole('table', { name: 'Audit' }).getByRole('button').first().click();
      const row = page.getByRole('table', { name: 'What differed' }).getByRole('row', { name: /^name/ });
      expect(await row.getByRole('cell').allTextContents()).toEqual(['Ingram US', 'Ingram renamed']);
      await installation.api('PATCH', `/tenants/${tenantId}`, { name: 'Ingram US' });
    }));

  it('tests and changes a PSA instance; secrets are kept', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open(`/psa-instances/${psaInstanceId}`, 'Production');
      await page.getByRole('button', { name: 'Test' }).click();
      await page.getByRole('list', { name: 'Checks' }).getByText('Read clients').waitFor();
      expect(await page.getByRole('link', { name: 'Connect a marketplace account' }).getAttribute('href')).toBe('/tenants/new');
      await page.getByRole('textbox', { name: 'Calls in five minutes' }).fill('250');
      await page.getByRole('button', { name: 'Save setup' }).click();
      await page.getByText('PSA instance saved.').waitFor();
      expect(await installation.api('GET', `/psa-instances/${psaInstanceId}`)).toMatchObject({ callsPer5Minutes: 250, name: 'Production' });
    }));

  it('names the field at fault when a PSA instance does not work', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const { clientSecret, ...connection } = installation.sandbox.credentials.psa;
      const broken = { name: 'Broken', ...connection, clientSecret: `not ${clientSecret}` };
      const { id } = await installation.api<{ id: string }>('POST', '/psa-instances', broken);
      await visitor.open(`/psa-instances/${id}`, 'Broken');
      await page.getByRole('button', { name: 'Test' }).click();
      await page.locator('[aria-invalid="true"]').first().waitFor();
      expect(await visitor.barriers()).toEqual([]);
      await installation.api('DELETE', `/psa-instances/${id}`);
    }));

  it('is not offered to operators', () =>
    visiting(
      async (visitor) => {
        await visitor.open('/', 'Home');
        expect(await visitor.page.getByRole('button', { name: 'Administration' }).count()).toBe(0);
      },
      { as: { role: 'operator', psaInstanceId } },
    ));
});

describe('the place that Halo opens', () => {
  it('shows a client’s mapping and subscriptions, and imports for it', () =>
    visiting(
      async (visitor) => {
        const { page } = visitor;
        const [line] = await list<{ clientId: string; clientName: string; customerId: string }>('/subscriptions?state=linked&limit=1');
        const { clientId, clientName, customerId } = line!;
        await visitor.open(`/clients/${clientId}`, clientName);
        await page.getByText(`(${customerId})`).waitFor();
        const { pagination } = await installation.api<{ pagination: { total: number } }>('GET', `/subscriptions?clientId=${clientId}`);
        const rows = await page.getByRole('table', { name: 'Subscriptions' }).getAttribute('aria-rowcount');
        expect(Number(rows) - 1).toBe(pagination.total);
        expect(await visitor.barriers()).toEqual([]);
        await visitor.picture('client');
        await page.getByRole('button', { name: 'Import for this client' }).click();
        await page.waitForURL(/\/imports\/[\da-f-]{36}$/);
        const ended = await installation.ended(page.url().split('/').at(-1) ?? '');
        expect(ended).toMatchObject({ scope: { kind: 'client', clientId }, state: expect.stringMatching(/^succeeded/) });
      },
      { width: 900, as: { role: 'operator', psaInstanceId } },
    ));

  it('says of a client that is nobody’s that it is', () =>
    visiting(async (visitor) => {
      await visitor.open('/clients/987654', 'Client 987654');
      await visitor.page.getByText('No customer is mapped to this client.').waitFor();
      expect(await visitor.page.getByRole('button', { name: 'Import for this client' }).count()).toBe(0);
    }));
});
