import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import type { ImportView } from '../../src/imports/import-view.js';
import { startBrowser } from './browser.js';
import { Installation } from './installation.js';
import { type Visitor, type VisitorOptions, visit } from './visitor.js';

let browser: Browser;
let installation: Installation;
let tenantId: string;
let preview: ImportView;
let imported: ImportView;
beforeAll(async () => {
  browser = await startBrowser();
  installation = await Installation.start();
  tenantId = await installation.addTenant(await installation.addPsaInstance());
  preview = await installation.import(tenantId, { preview: true });
  imported = await installation.import(tenantId);
});
afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

const visiting = (what: (visitor: Visitor) => Promise<void>, options?: VisitorOptions): Promise<void> =>
  visit(browser, installation, what, options);

/** As the page writes counts. */
const text = (count: number): string => new Intl.NumberFormat('en-GB').format(count);

describe('the list of imports', () => {
  it('shows each with its state, and opens it', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open('/imports', 'Imports');
      expect(await visitor.barriers()).toEqual([]);
      await visitor.picture('imports');
      const rows = page.getByRole('table', { name: 'Imports' }).getByRole('row');
      expect(await rows.count()).toBe(3);
      expect(await rows.nth(2).getByText('Preview', { exact: true }).count()).toBe(1);
      await rows.nth(1).getByRole('link').first().click();
      await visitor.at('Import of Ingram US');
      expect(page.url()).toContain(`/imports/${imported.id}`);
    }));

  it('is narrowed by state, and says so when nothing is left', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open('/imports', 'Imports');
      await page.getByRole('combobox', { name: 'State' }).click();
      await page.getByRole('option', { name: 'Cancelled' }).click();
      await page.getByText('No such import').waitFor();
      expect(page.url()).toContain('state=cancelled');
    }));
});

describe('an import', () => {
  it('tells what it did, one by one, with before and after', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open(`/imports/${imported.id}`, 'Import of Ingram US');
      expect(await visitor.barriers()).toEqual([]);
      await visitor.picture('import');
      const { created } = imported.counts.licences;
      await page.getByText(text(created), { exact: true }).first().waitFor();
      const table = page.getByRole('table', { name: 'Changes' });
      await page.getByRole('combobox', { name: 'Record' }).click();
      await page.getByRole('option', { name: 'Halo subscription' }).click();
      await table.getByRole('button', { name: 'Halo subscription created' }).first().click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('rowheader', { name: 'Quantity' }).waitFor();
      expect(await visitor.barriers()).toEqual([]);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    }));

  it('groups what it left alone by reason, and says what to do about each', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open(`/imports/${imported.id}`, 'Import of Ingram US');
      await page.getByRole('tab', { name: `Left alone (${text(imported.counts.skipped)})` }).click();
      const reason = page.getByRole('button', { name: /Several clients or customers share the name/ });
      await reason.click();
      await page.getByText('Choose the right client in the mapping.').waitFor();
      expect(await visitor.barriers()).toEqual([]);
      await visitor.picture('skips');
      await page.getByRole('link', { name: 'Open the mapping' }).click();
      await visitor.at('Mapping');
    }));

  it('of a preview speaks of what would happen', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open(`/imports/${preview.id}`, 'Preview of Ingram US');
      await page.getByRole('tab', { name: 'What would be done' }).waitFor();
      await page
        .getByRole('button', { name: /would be/ })
        .first()
        .waitFor();
      await page.getByText('Halo subscriptions to be created').waitFor();
      expect(await page.getByText('Halo subscriptions created').count()).toBe(0);
    }));

  it('that is not there is said not to be', () =>
    visiting(async (visitor) => {
      await visitor.page.goto(`${installation.url}/imports/00000000-0000-4000-8000-000000000000`);
      await visitor.page.getByText('Not found', { exact: true }).waitFor();
      expect(await visitor.page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
      visitor.forgive(404);
    }));
});

describe('an import under way', () => {
  it('is watched as it goes, and can be cancelled', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      let pass = (): void => undefined;
      const gate = new Promise<void>((resolve) => (pass = resolve));
      installation.sandbox.kernel.watch = { handled: (call) => (call.vendor === 'psa' && call.method === 'GET' ? gate : undefined) };
      try {
        const { id } = await installation.api<ImportView>('POST', `/tenants/${tenantId}/imports`, { entities: ['subscriptions'] });
        await visitor.open(`/imports/${id}`, 'Import of Ingram US');
        await page.getByText('Reading clients and subscriptions from HaloPSA').waitFor();
        await page.getByText('Running', { exact: true }).waitFor();
        await page.getByRole('button', { name: 'Cancel' }).click();
        pass();
        await page.getByText('Cancelled', { exact: true }).waitFor();
        expect(await page.getByRole('button', { name: 'Cancel' }).count()).toBe(0);
      } finally {
        pass();
        delete installation.sandbox.kernel.watch;
      }
    }));
});

describe('an import that the guard held', () => {
  it('shows what waits and why; some of it is approved, and done after another look', async () => {
    const { world } = installation.sandbox.marketplace;
    const links = await installation.database.dataSource.query<{ subscription_id: string }[]>(
      `SELECT DISTINCT subscription_id FROM links WHERE archived_at IS NULL ORDER BY 1 LIMIT 40`,
    );
    for (const { subscription_id: id } of links) world.changeSubscription(id, { status: 'terminated' });
    const integrator = { enabled: true, customers: true, subscriptions: true, deactivateDeleted: true, at: '02:00', timeZone: 'UTC' };
    await installation.api('PATCH', `/tenants/${tenantId}`, { integrator, guard: { floor: 1, percent: 1 } });
    const { id } = await installation.api<ImportView>('POST', `/tenants/${tenantId}/integrator/run`);
    const held = await installation.ended(id);
    expect(held.state).toBe('needs_approval');
    await visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open(`/imports/${id}`, 'Import of Ingram US');
      const table = page.getByRole('table', { name: 'Held changes' });
      const rows = table.getByRole('row');
      await rows.nth(1).waitFor();
      expect(await rows.count()).toBe(held.counts.held + 1);
      expect(await visitor.barriers()).toEqual([]);
      await visitor.picture('approval');
      await page.getByRole('checkbox', { name: 'All held changes' }).click();
      await rows.nth(1).getByRole('checkbox').click();
      await page.getByRole('button', { name: 'Approve 1 change' }).click();
      await page.getByText('made inactive').first().waitFor();
      await page.getByText('Needs approval').waitFor({ state: 'detached' });
    });
    const after = await installation.ended(id);
    expect(after.counts.licences.deactivated).toBe(1);
  });

  it('is discarded once that is confirmed, and nothing of it is made', async () => {
    const { id } = await installation.api<ImportView>('POST', `/tenants/${tenantId}/integrator/run`);
    expect((await installation.ended(id)).state).toBe('needs_approval');
    await visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open(`/imports/${id}`, 'Import of Ingram US');
      for (const answer of ['Keep them waiting', 'Discard']) {
        await page.getByText('Needs approval').waitFor();
        await page.getByRole('button', { name: 'Discard …' }).click();
        const dialog = page.getByRole('dialog', { name: 'Discard the held changes?' });
        await dialog.waitFor();
        expect(await visitor.barriers()).toEqual([]);
        await dialog.getByRole('button', { name: answer }).click();
        await dialog.waitFor({ state: 'detached' });
      }
      await page.getByText('Needs approval').waitFor({ state: 'detached' });
    });
    const { state, counts } = await installation.ended(id);
    expect({ state, deactivated: counts.licences.deactivated }).toEqual({ state: 'succeeded_with_skips', deactivated: 0 });
  });
});
