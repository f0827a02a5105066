import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import type { SubscriptionLineView } from '../../src/subscriptions/dto.js';
import { startBrowser } from './browser.js';
import { Installation } from './installation.js';
import { visit, type Visitor, type VisitorOptions } from './visitor.js';

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
const lines = async (query: string): Promise<{ data: SubscriptionLineView[]; pagination: { total: number } }> =>
  installation.api('GET', `/subscriptions?${query}`);
const shownRows = async ({ page }: Visitor): Promise<number> =>
  Number(await page.getByRole('table', { name: 'Subscriptions' }).getAttribute('aria-rowcount')) - 1;

describe('subscriptions', () => {
  it('are a table over everything imported', () =>
    visiting(async (visitor) => {
      await visitor.open('/subscriptions', 'Subscriptions');
      expect(await shownRows(visitor)).toBe((await lines('')).pagination.total);
      expect(await visitor.barriers()).toEqual([]);
      await visitor.open('/subscriptions?status=active&sort=customer', 'Subscriptions');
      await visitor.picture('subscriptions');
    }));

  it('are searched, filtered and sorted by the server; the address keeps it', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open('/subscriptions', 'Subscriptions');
      await page.getByRole('combobox', { name: 'In Halo', exact: true }).click();
      await page.getByRole('option', { name: 'In Halo', exact: true }).click();
      await page.waitForURL(/state=linked/);
      const [first] = (await lines('state=linked')).data;
      await page.getByRole('textbox', { name: 'Search subscriptions' }).fill(first!.customerName!);
      await page.waitForURL(/search=/);
      await page.getByRole('button', { name: 'Quantity' }).click();
      await page.waitForURL(/sort=/);
      await visitor.settled();
      const wanted = new URL(page.url()).search.slice(1);
      const expected = await lines(wanted);
      expect(expected.pagination.total).toBeLessThan((await lines('state=linked')).pagination.total);
      expect(await shownRows(visitor)).toBe(expected.pagination.total);
      const top = page.getByRole('table', { name: 'Subscriptions' }).getByRole('row').nth(1);
      await top.getByRole('link', { name: expected.data[0]!.product.name! }).waitFor();
      await page.reload();
      await visitor.at('Subscriptions');
      expect(await shownRows(visitor)).toBe(expected.pagination.total);
      await page.getByRole('button', { name: 'Clear filters' }).click();
      await visitor.settled();
      await page.waitForURL((url) => url.search === '' || !url.searchParams.has('search'));
      expect(await page.getByRole('textbox', { name: 'Search subscriptions' }).inputValue()).toBe('');
    }));

  it('of one customer, as a link asks for, are said to be', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const line = (await lines('state=linked')).data[0]!;
      await visitor.open(`/subscriptions?tenantId=${tenantId}&customerId=${line.customerId}`, 'Subscriptions');
      await page.getByRole('search').getByText(`Customer ${line.customerId} only`).waitFor();
      expect(await visitor.barriers()).toEqual([]);
      await page.getByRole('button', { name: 'Show all customers' }).click();
      await page.waitForURL((url) => !url.searchParams.has('customerId'));
      await visitor.settled();
      expect(await shownRows(visitor)).toBe((await lines('')).pagination.total);
    }));

  it('show the columns that were chosen, also the next time', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open('/subscriptions', 'Subscriptions');
      const heading = page.getByRole('columnheader', { name: 'MPN' });
      expect(await heading.count()).toBe(0);
      await page.getByRole('button', { name: 'Columns' }).click();
      await page.getByRole('checkbox', { name: 'MPN' }).check();
      await heading.waitFor();
      await page.reload();
      await heading.waitFor();
    }));

  it('come as a file of what was filtered', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open('/subscriptions?state=linked', 'Subscriptions');
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'CSV' }).click()]);
      expect(download.suggestedFilename()).toBe('subscriptions.csv');
      const rows = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n');
      expect(rows.length - 1).toBe((await lines('state=linked')).pagination.total);
    }));

  it('open both records side by side, and their history', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const line = (await lines('state=linked&sort=-quantity')).data[0]!;
      await installation.database.dataSource.query('UPDATE tenants SET api_url = $1', ['https://api.cloud.im/marketplace/na']);
      await visitor.open('/subscriptions?state=linked&sort=-quantity', 'Subscriptions');
      await page.getByRole('link', { name: line.product.name! }).first().click();
      await visitor.at(line.product.name!);
      const quantity = page.getByRole('table', { name: 'Both records' }).getByRole('row', { name: /^Quantity/ });
      const shown = line.quantity!.toLocaleString('en-GB');
      expect(await quantity.getByRole('cell').allTextContents()).toEqual([shown, shown]);
      expect(await page.getByText('Differs', { exact: true }).count()).toBe(0);
      const halo = new URL(installation.sandbox.credentials.psa.baseUrl).origin;
      const [panel, client] = ['Open the marketplace’s panel', 'Open the client in Halo'].map((name) => page.getByRole('link', { name }));
      expect(await panel!.getAttribute('href')).toMatch(/^https:\/\/cp\.[a-z]+\.na\.cloud\.im$/);
      expect(await client!.getAttribute('href')).toMatch(new RegExp(`^${halo}.*/customers\\?mainview=client&clientid=${line.clientId}$`));
      const history = page.getByRole('table', { name: 'History' });
      await history.getByRole('cell', { name: shown, exact: true }).first().waitFor();
      expect(await visitor.barriers()).toEqual([]);
      await visitor.picture('subscription');
    }));

  it('say where the two records differ', () =>
    visiting(async (visitor) => {
      const line = (await lines('state=linked')).data[0]!;
      await installation.database.dataSource.query(
        'UPDATE subscription_lines SET quantity = quantity + 1 WHERE subscription_id = $1 AND line = $2',
        [line.subscriptionId, line.line],
      );
      await visitor.open(
        `/subscriptions/${line.tenantId}/${line.subscriptionId}?line=${encodeURIComponent(line.line!)}`,
        line.product.name!,
      );
      const differing = visitor.page.getByRole('row').filter({ hasText: 'Differs' });
      await differing.first().waitFor();
      expect(await differing.getByRole('rowheader').allTextContents()).toEqual(['Quantity']);
    }));

  it('are said to be none, and not to fit', () =>
    visiting(async (visitor) => {
      await visitor.open('/subscriptions?search=nothing-is-called-so', 'Subscriptions');
      await visitor.page.getByText('No subscription fits').waitFor();
      await visitor.open(`/subscriptions/${tenantId}/404`, 'Subscription 404');
      await visitor.page.getByText('No such subscription').waitFor();
      expect(await visitor.barriers()).toEqual([]);
    }));

  it('are open to viewers, in the 900 pixels of a tab in Halo', () =>
    visiting(
      async (visitor) => {
        await visitor.open('/subscriptions', 'Subscriptions');
        expect(await shownRows(visitor)).toBe((await lines('')).pagination.total);
        expect(await visitor.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(900);
      },
      { width: 900, as: { role: 'viewer', psaInstanceId } },
    ));
});
