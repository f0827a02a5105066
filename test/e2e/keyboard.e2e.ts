import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { startBrowser } from './browser.js';
import { Installation } from './installation.js';
import { Keys, walk } from './keys.js';
import { visit, type Visitor } from './visitor.js';

let browser: Browser;
let installation: Installation;
beforeAll(async () => {
  browser = await startBrowser();
  installation = await Installation.start({ customers: 30, subscriptions: 150 });
});
afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

const visiting = (what: (visitor: Visitor, keys: Keys) => Promise<void>): Promise<void> =>
  visit(browser, installation, (visitor) => what(visitor, new Keys(visitor.page)));

const button = (page: Page | Locator, name: string | RegExp): Locator => page.getByRole('button', { name, exact: true }).first();
const link = (page: Page | Locator, name: string | RegExp): Locator => page.getByRole('link', { name, exact: true }).first();
/** By its label alone: a field for secrets has no role. */
const field = (page: Page | Locator, label: string): Locator => page.getByLabel(new RegExp(`^${label}`)).and(page.locator('input'));
const only = async <T>(path: string): Promise<T> => (await installation.api<{ data: T[] }>('GET', path)).data[0]!;
const importAt = (page: Page): string => page.url().split('/').at(-1) ?? '';

describe('without a mouse, from nothing', () => {
  it('HaloPSA and a marketplace account are connected, customers mapped, and all of it imported', () =>
    visiting(async (visitor, keys) => {
      const { page } = visitor;
      const { psa, marketplace } = installation.sandbox.credentials;
      await visitor.open('/', 'Home');
      await keys.do(link(page, 'Connect your HaloPSA'));
      await visitor.at('PSA instances');
      await keys.do(button(page, 'New'));
      await keys.write(field(page, 'Name'), 'Production');
      await keys.write(field(page, 'Resource server'), psa.baseUrl);
      await keys.write(field(page, 'Authorisation server'), psa.authUrl);
      await keys.write(field(page, 'Client ID'), psa.clientId);
      await keys.write(field(page, 'Client secret'), psa.clientSecret);
      await keys.write(field(page, 'Tenant'), psa.haloTenant);
      await keys.do(button(page, 'Connect'));
      await keys.do(button(page, 'I have it'));
      await visitor.at('Production');
      await keys.do(button(page, 'Test'));
      await page.getByRole('list', { name: 'Checks' }).waitFor();

      await keys.do(link(page, 'Tenants'));
      await visitor.at('Tenants');
      await keys.do(link(page, 'New'));
      await visitor.at('New tenant');
      await keys.write(field(page, 'Name'), 'Ingram US');
      await keys.write(field(page, 'API URL'), marketplace.apiUrl);
      await keys.write(field(page, 'Marketplace'), marketplace.marketplace);
      await keys.write(field(page, 'Username'), marketplace.username);
      await keys.write(field(page, 'Password'), marketplace.password);
      await keys.write(field(page, 'Subscription key'), marketplace.subscriptionKey);
      await keys.do(button(page, 'Test'));
      await page.getByRole('list', { name: 'Checks' }).waitFor();
      await keys.do(button(page, 'Next'));

      await visitor.at('Ingram US');
      await page.getByRole('radio', { name: /^Mapped \([1-9]/ }).waitFor({ state: 'attached' });
      await keys.do(button(page, /^Accept .* for /));
      await page.getByRole('status').filter({ hasText: '1 suggestion accepted' }).waitFor();
      await keys.do(button(page, 'Take back'));
      await page.getByRole('status').filter({ hasText: '1 suggestion accepted' }).waitFor({ state: 'detached' });
      const { name } = await only<{ name: string }>(`/tenants/${page.url().split('/').at(-2)}/customers?state=ambiguous`);
      await keys.pick(button(page, `More for ${name}`), page.getByRole('menuitem', { name: 'Ignore it …' }));
      await keys.write(page.getByRole('textbox', { name: 'Note' }), 'Not ours');
      await keys.do(button(page, 'Ignore'));
      await page.getByRole('status').filter({ hasText: '1 customer ignored' }).waitFor();
      await keys.do(button(page, 'Choose all'));
      await keys.do(button(page, 'Accept suggestions'));
      await page
        .getByRole('status')
        .filter({ hasText: /suggestions? accepted/ })
        .waitFor();

      await keys.do(button(page, 'Next'));
      await keys.do(button(page, 'Import now'));
      await visitor.at('Import of Ingram US');
      expect(await installation.ended(importAt(page))).toMatchObject({ state: 'succeeded_with_skips', preview: false });
    }));
});

describe('without a mouse, with everything connected', () => {
  beforeAll(async () => {
    await installation.close();
    installation = await Installation.start({ customers: 12, subscriptions: 40 });
    await installation.import(await installation.addTenant(await installation.addPsaInstance('Production')));
  });

  it('each screen can be gone through by Tab, which shows where it is and misses nothing', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const { id: tenant } = await only<{ id: string }>('/tenants');
      const { id: psaInstanceId } = await only<{ id: string }>('/psa-instances');
      const { id: last } = await only<{ id: string }>('/imports');
      const { clientId, subscriptionId } = await only<{ clientId: string; subscriptionId: string }>('/subscriptions?state=linked');
      await installation.api('POST', '/tokens', { name: 'Report', role: 'viewer', psaInstanceId });
      await installation.api('PUT', '/agents', { psaInstanceId, agentId: '3', role: 'operator' });
      const paths = [
        '/',
        '/tenants',
        '/tenants/new',
        `/tenants/${tenant}`,
        `/tenants/${tenant}/mapping`,
        `/tenants/${tenant}/first-import`,
      ];
      paths.push('/subscriptions', `/subscriptions/${tenant}/${subscriptionId}`, '/imports', `/imports/${last}`, `/clients/${clientId}`);
      paths.push('/psa-instances', `/psa-instances/${psaInstanceId}`, '/agents', '/tokens', '/sessions', '/audit', '/words');
      for (const path of paths) {
        await visitor.open(path, /./);
        const { reached, ...faults } = await walk(page);
        expect({ path, ...faults }).toEqual({ path, missed: [], unseen: [] });
        expect(reached).toBeGreaterThan(7);
      }
    }));

  it('an import is read: its changes, one of them, and what it left alone', () =>
    visiting(async (visitor, keys) => {
      const { page } = visitor;
      await visitor.open('/imports', 'Imports');
      await keys.choose(page.getByRole('combobox', { name: 'State' }), 5);
      await page.waitForURL(/state=succeeded_with_skips/);
      // Chosen again, it is taken away.
      await keys.choose(page.getByRole('combobox', { name: 'State' }), 0);
      await page.waitForURL((url) => url.search === '');
      const real = page.getByRole('table', { name: 'Imports' }).getByRole('row').filter({ hasNotText: 'Preview' });
      await keys.do(real.getByRole('link').first());
      await visitor.at(/ of Ingram US$/);
      const change = page.getByRole('table', { name: 'Changes' }).getByRole('button').first();
      await keys.do(change);
      await page.getByRole('dialog').waitFor();
      await keys.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      // The focus goes back by itself, a timer later.
      await change.and(page.locator(':focus')).waitFor();
      await keys.to(page.getByRole('tab').first());
      await keys.press('ArrowRight');
      const reason = page.getByRole('tabpanel').getByRole('button').first();
      await keys.do(reason);
      expect(await reason.getAttribute('aria-expanded')).toBe('true');
      await page.getByText('What to do:').waitFor();
    }));

  it('subscriptions are searched, sorted, shown in other columns and opened', () =>
    visiting(async (visitor, keys) => {
      const { page } = visitor;
      await visitor.open('/subscriptions', 'Subscriptions');
      const { customerName } = await only<{ customerName: string }>('/subscriptions?state=linked');
      await keys.write(page.getByRole('textbox', { name: 'Search subscriptions' }), customerName);
      await page.waitForURL(/search=/);
      await keys.choose(page.getByRole('combobox', { name: 'In Halo', exact: true }), 1);
      await page.waitForURL(/state=/);
      await keys.do(button(page, 'Columns'));
      await keys.do(page.getByRole('checkbox', { name: 'MPN' }), 'Space');
      await page.getByRole('columnheader', { name: 'MPN' }).waitFor();
      await keys.press('Escape');
      await keys.do(button(page, 'Quantity'));
      await page.waitForURL(/sort=quantity/);
      await keys.do(button(page, 'Clear filters'));
      await page.waitForURL((url) => !url.searchParams.has('search'));
      await keys.do(link(page.getByRole('table', { name: 'Subscriptions' }), /./));
      await page.getByRole('table', { name: 'Both records' }).waitFor();
      expect(new URL(page.url()).pathname).toMatch(/^\/subscriptions\/./);
    }));

  it('the integrator is switched on, and what it holds is approved in part', () =>
    visiting(async (visitor, keys) => {
      const { page } = visitor;
      const { id } = await only<{ id: string }>('/tenants');
      await visitor.open('/tenants', 'Tenants');
      await keys.do(link(page, 'Ingram US'));
      await visitor.at('Ingram US');
      const section = page.getByRole('region', { name: 'Integrator' });
      await keys.do(section.getByRole('switch', { name: 'Enable the integrator' }), 'Space');
      await keys.write(section.getByRole('textbox', { name: 'Subscriptions' }), '1');
      await keys.write(section.getByRole('textbox', { name: 'Percent' }), '1');
      await keys.do(section.getByRole('checkbox', { name: /^Deactivate subscriptions/ }), 'Space');
      await keys.do(button(section, 'Save integrator'));
      await page.getByText('The integrator is on.').waitFor();
      await keys.do(button(section, 'Pause'));
      await keys.do(button(section, 'Resume'));
      const links = await installation.database.dataSource.query<{ subscription_id: string }[]>(
        `SELECT DISTINCT subscription_id FROM links WHERE archived_at IS NULL ORDER BY 1 LIMIT 10`,
      );
      for (const link of links) installation.sandbox.marketplace.world.changeSubscription(link.subscription_id, { status: 'terminated' });
      await keys.do(button(section, 'Run now'));
      await visitor.at('Import of Ingram US');
      await keys.do(page.getByRole('checkbox', { name: 'All held changes' }), 'Space');
      await keys.do(page.getByRole('table', { name: 'Held changes' }).getByRole('row').nth(1).getByRole('checkbox'), 'Space');
      await keys.do(button(page, 'Approve 1 change'));
      await page.getByText('Needs approval').waitFor({ state: 'detached' });
      const { counts } = await installation.ended(importAt(page));
      expect(counts.licences.deactivated).toBe(1);
      expect(await installation.api('GET', `/tenants/${id}`)).toMatchObject({ integrator: { deactivateDeleted: true }, pausedAt: null });
    }));

  it('one client is found by typing, and imported', () =>
    visiting(async (visitor, keys) => {
      const { page } = visitor;
      const { id } = await only<{ id: string }>('/tenants');
      const { customerId, name } = await only<{ customerId: string; name: string }>(`/tenants/${id}/customers?state=mapped`);
      await visitor.open(`/tenants/${id}`, 'Ingram US');
      const section = page.getByRole('region', { name: 'Subscription imports' });
      await keys.to(section.getByRole('radio', { name: 'For all clients' }));
      await keys.press('ArrowRight');
      await keys.write(section.getByRole('combobox', { name: 'Client', exact: true }), name);
      await page.getByRole('option', { name: new RegExp(`\\(${customerId}`) }).waitFor();
      await keys.press('ArrowDown');
      await keys.press('Enter');
      await keys.do(button(section, 'Import now'));
      await page.waitForURL(/\/imports\/[\da-f-]{36}$/);
      expect(await installation.ended(importAt(page))).toMatchObject({ scope: { kind: 'customer', customerId } });
    }));

  it('a token is made and revoked, a role is given, and one signs out', () =>
    visiting(async (visitor, keys) => {
      const { page } = visitor;
      await visitor.open('/', 'Home');
      await keys.pick(button(page, 'Administration'), page.getByRole('menuitem', { name: 'API tokens' }));
      await visitor.at('API tokens');
      await keys.do(button(page, 'New'));
      await keys.write(field(page, 'Name'), 'Nightly report');
      await keys.do(button(page, 'Make token'));
      await keys.do(button(page, 'I have it'));
      await keys.do(button(page, 'Revoke Nightly report'));
      await keys.do(button(page, 'Revoke it'));
      await page.getByRole('row', { name: /Nightly report/ }).waitFor({ state: 'detached' });

      await visitor.open('/agents', 'Agents');
      await keys.choose(page.getByRole('combobox', { name: /^Role of / }).first(), 1);
      await page.getByRole('alert').filter({ hasText: 'is admin now' }).waitFor();

      await keys.do(button(page, 'Use dark colours'));
      await page.locator('html[data-mantine-color-scheme="dark"]').waitFor();
      await keys.pick(button(page, /^Signed in as/), page.getByRole('menuitem', { name: 'Sign out' }));
      await visitor.at('Sign in to Isthmus');
      expect((await page.context().cookies()).length).toBe(0);
      visitor.forgive(401);
    }));
});
