import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { In } from 'typeorm';
import { Import, Skip } from '../../entities/index.js';
import type { ImportView } from '../../src/imports/import-view.js';
import type { SubscriptionLineView } from '../../src/subscriptions/dto.js';
import { startBrowser } from './browser.js';
import { Installation } from './installation.js';
import { visit, type Visitor, type VisitorOptions } from './visitor.js';

let browser: Browser;
let installation: Installation;
let psaInstanceId: string;
let tenantId: string;
let whole: ImportView;
beforeAll(async () => {
  browser = await startBrowser();
  installation = await Installation.start();
  psaInstanceId = await installation.addPsaInstance();
  tenantId = await installation.addTenant(psaInstanceId);
  whole = await installation.import(tenantId);
});
afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

const visiting = (what: (visitor: Visitor) => Promise<void>, options?: VisitorOptions): Promise<void> =>
  visit(browser, installation, what, options);
const DELETED = { entity: 'subscription', line: 'A', psaId: null, reason: 'deleted_in_psa', detail: 'It was deleted.' } as const;
const NOTHING = 'Nothing to do. Nothing is broken, and nothing waits for a decision of yours.';

describe('Home', () => {
  /** How much the import left to decide: more than one part of the list holds. */
  let waiting: number;
  beforeAll(async () => {
    // What is left is what was left alone, and nobody has to map any customer.
    await installation.database.dataSource.query(
      `UPDATE mappings SET state = 'ignored', client_id = NULL, candidates = '{}' WHERE tenant_id = $1 AND state <> 'mapped'`,
      [tenantId],
    );
    const { manager } = installation.database.dataSource;
    const more = Array.from({ length: 600 }, (_, at) => ({ ...DELETED, importId: whole.id, marketplaceId: `more-${at}` }));
    await manager.insert(Skip, more);
    waiting = await manager.countBy(Skip, { importId: whole.id, reason: In(['already_in_psa', 'deleted_in_psa', 'successor']) });
  });
  it('does not say that nothing waits where it could not read that', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await page.route(/\/skips\?/, (route) =>
        route.fulfill({ status: 429, contentType: 'application/problem+json', body: '{"detail":"Too much."}' }),
      );
      await visitor.open('/', 'Home');
      await page.getByRole('alert').filter({ hasText: 'Too much.' }).waitFor();
      expect(await page.getByText(NOTHING).count()).toBe(0);
      visitor.forgive(429);
    }));

  it('counts all that was left to decide', () =>
    visiting(async (visitor) => {
      await visitor.open('/', 'Home');
      const need = visitor.page.getByRole('listitem').filter({ hasText: 'left alone until you decide' });
      expect(await need.innerText()).toContain(`${waiting} subscriptions`);
    }));

  it('goes on telling what an import of everything left to decide once one customer was imported', () =>
    visiting(async (visitor) => {
      const { data } = await installation.api<{ data: { customerId: string }[] }>(
        'GET',
        `/tenants/${tenantId}/customers?state=mapped&limit=50`,
      );
      const left = await installation.database.dataSource.manager.findBy(Skip, { importId: whole.id, reason: 'already_in_psa' });
      expect(left.length).toBeGreaterThan(0);
      const lines = await installation.api<{ data: { subscriptionId: string; customerId: string }[] }>(
        'GET',
        `/tenants/${tenantId}/subscriptions?limit=500`,
      );
      const held = new Set(
        lines.data.filter((line) => left.some((skip) => skip.marketplaceId === line.subscriptionId)).map(({ customerId }) => customerId),
      );
      const customer = data.find(({ customerId }) => !held.has(customerId))!;
      await installation.import(tenantId, { customerId: customer.customerId });
      await visitor.open('/', 'Home');
      await visitor.page.getByText(`${waiting} subscriptions left alone until you decide`).waitFor();
    }));

  it('goes on telling that the import of everything failed once one customer was imported', async () => {
    const { manager } = installation.database.dataSource;
    await manager.update(
      Import,
      { id: whole.id },
      { state: 'failed', error: { actor: 'vendor', code: 'psa_away', message: 'HaloPSA did not answer.' } },
    );
    await visiting(async (visitor) => {
      await visitor.open('/', 'Home');
      const needs = visitor.page.getByRole('region', { name: 'Needs you' });
      expect(await needs.innerText()).toContain('The last import of all customers failed: HaloPSA did not answer.');
    });
    await manager.update(Import, { id: whole.id }, { state: whole.state, error: null });
  });
});

describe('Home, of a daily import that is wanted', () => {
  const DAY = 86_400_000;
  beforeAll(async () => {
    await installation.api('PATCH', `/tenants/${tenantId}`, { integrator: { enabled: true } });
  });
  afterAll(async () => {
    await installation.api('PATCH', `/psa-instances/${psaInstanceId}`, { enabled: true });
    await installation.api('PATCH', `/tenants/${tenantId}`, { integrator: { enabled: false } });
  });
  const needs = async (visitor: Visitor): Promise<string> => {
    await visitor.open('/', 'Home');
    return visitor.page.getByRole('region', { name: 'Needs you' }).innerText();
  };

  it('tells that it is due and nothing starts it', () =>
    visiting(async (visitor) => {
      expect(await needs(visitor)).not.toContain('The daily import');
      await visitor.page.clock.install({ time: Date.now() + 2 * DAY });
      expect(await needs(visitor)).toContain('The daily import is due and nothing starts it.');
    }));

  it('tells that it does not come while its PSA instance is switched off', () =>
    visiting(async (visitor) => {
      await installation.api('PATCH', `/psa-instances/${psaInstanceId}`, { enabled: false });
      expect(await needs(visitor)).toContain('The daily import does not come. Its PSA instance is switched off.');
    }));
});

describe('a tenant’s page', () => {
  let id: string;
  beforeEach(async () => {
    id = await installation.addTenant(psaInstanceId, { name: 'Ingram CA' });
  });

  it('does not say that an account works that was entered, where the stored one was tried', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open(`/tenants/${id}`, 'Ingram CA');
      const test = page.getByRole('button', { name: 'Test', exact: true });
      await test.click();
      const holds = page.getByRole('list', { name: 'Checks' }).getByRole('img', { name: 'holds' });
      await holds.first().waitFor();
      await page.getByRole('textbox', { name: 'Username' }).fill('somebody-else.API');
      await test.click();
      await page.locator('[aria-invalid="true"]').first().waitFor();
      expect(await holds.count()).toBe(0);
    }));

  it('leads to a first import that shows figures of all that it imports', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await installation.import(id, { preview: true, entities: ['customers'] });
      await visitor.open(`/tenants/${id}/first-import`, 'Ingram CA');
      await page.getByRole('button', { name: 'Next' }).click();
      const address = await page.getByRole('link', { name: 'See each change and each reason' }).getAttribute('href');
      const shown = await installation.api<ImportView>('GET', String(address));
      expect(shown).toMatchObject({ preview: true, entities: ['customers', 'subscriptions'] });
    }));
});

describe('a subscription’s records', () => {
  /** Of the cheapest kind to import: one line of an active one. */
  const aLine = async (): Promise<SubscriptionLineView> => {
    const found = await installation.api<{ data: SubscriptionLineView[] }>(
      'GET',
      '/subscriptions?state=linked&status=active&sort=quantity&limit=1',
    );
    return found.data[0]!;
  };
  const open = (visitor: Visitor, { tenantId, subscriptionId, line, product }: SubscriptionLineView): Promise<void> =>
    visitor.open(`/subscriptions/${tenantId}/${subscriptionId}?line=${encodeURIComponent(line!)}`, product.name!);

  it('are compared as they are once an import has written since', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const line = await aLine();
      await page.clock.install();
      await open(visitor, line);
      const cells = page
        .getByRole('table', { name: 'Both records' })
        .getByRole('row', { name: /^Quantity/ })
        .getByRole('cell');
      expect(await cells.allTextContents()).toEqual([String(line.quantity), String(line.quantity)]);
      installation.sandbox.marketplace.world.changeSubscription(line.subscriptionId, {}, { quantity: 77 });
      await installation.import(line.tenantId, { customerId: line.customerId });
      await page.getByRole('link', { name: 'Home' }).click();
      await visitor.at('Home');
      // The marketplace's side is read again by then.
      await page.clock.fastForward(15_000);
      await page.goBack();
      await visitor.at(line.product.name!);
      // HaloPSA is asked once it is known that an import has ended.
      await cells.nth(1).getByText('77', { exact: true }).waitFor();
      expect(await cells.allTextContents()).toEqual(['77', '77']);
    }));

  it('say in which currency the marketplace’s amounts are', () =>
    visiting(async (visitor) => {
      const line = await aLine();
      await open(visitor, line);
      const records = visitor.page.getByRole('table', { name: 'Both records' });
      expect(
        await records
          .getByRole('row', { name: /^Unit cost/ })
          .getByRole('cell')
          .first()
          .innerText(),
      ).toMatch(/^[\d.,]+ USD$/);
      await visitor.open(`/clients/${line.clientId}`, line.clientName!);
      const table = visitor.page.getByRole('table', { name: 'Subscriptions' });
      expect(await table.getByRole('columnheader').allInnerTexts()).toContain('Currency');
    }));
});

describe('lists', () => {
  it('of subscriptions are of what stands in the search, also once all are asked for again', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open('/subscriptions', 'Subscriptions');
      const search = page.getByRole('textbox', { name: 'Search subscriptions' });
      await search.fill('Nobody’s');
      await page.getByText('No subscription fits').waitFor();
      await page.getByRole('link', { name: 'Subscriptions', exact: true }).click();
      await page.getByRole('table', { name: 'Subscriptions' }).waitFor();
      expect(await search.inputValue()).toBe('');
    }));

  it('of imports call no tenant archived while the tenants are being read', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const goOn = Promise.withResolvers<void>();
      await page.route(/\/api\/v1\/tenants\?/, async (route) => {
        await goOn.promise;
        await route.continue();
      });
      await visitor.open('/imports', 'Imports');
      const table = page.getByRole('table', { name: 'Imports' });
      await table.getByRole('row').nth(1).waitFor();
      expect(await table.getByText('archived').count()).toBe(0);
      goOn.resolve();
      await table.getByText('Ingram US').first().waitFor();
    }));
});
