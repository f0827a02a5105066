import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Locator } from 'playwright-core';
import type { SkipView } from '../../src/imports/dto.js';
import type { ImportView } from '../../src/imports/import-view.js';
import { startBrowser } from './browser.js';
import { Installation } from './installation.js';
import { visit, type Visitor, type VisitorOptions } from './visitor.js';

const THERE = 'A Halo subscription for it is there already';
const UNKNOWN_TERM = 'Its term is not known';

let browser: Browser;
let installation: Installation;
let psaInstanceId: string;
let tenantId: string;
let imported: ImportView;
beforeAll(async () => {
  browser = await startBrowser();
  installation = await Installation.start({ customers: 60, subscriptions: 400 });
  psaInstanceId = await installation.addPsaInstance();
  tenantId = await installation.addTenant(psaInstanceId, { accountId: null });
  imported = await installation.import(tenantId);
});
afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

const visiting = (what: (visitor: Visitor) => Promise<void>, options?: VisitorOptions): Promise<void> =>
  visit(browser, installation, what, options);
const skips = async (reason: SkipView['reason'], of = imported): Promise<SkipView[]> =>
  (await installation.api<{ data: SkipView[] }>('GET', `/imports/${of.id}/skips?reason=${reason}&limit=500`)).data;
const undecided = async (reason: SkipView['reason']): Promise<SkipView[]> =>
  (await skips(reason)).filter(({ decided }) => decided === undefined);
const linkOf = async ({ marketplaceId }: SkipView): Promise<string | null> => {
  const lines = await installation.api<{ data: { licenceId: string | null }[] }>(
    'GET',
    `/tenants/${tenantId}/subscriptions?subscriptionId=${marketplaceId}`,
  );
  return lines.data[0]!.licenceId;
};
const rowOf = ({ page }: Visitor, { marketplaceId }: SkipView): Locator => page.getByRole('row').filter({ hasText: marketplaceId });
/** Opens the skips of one reason. */
async function open(visitor: Visitor, reason: SkipView['reason'], title: string): Promise<void> {
  await visitor.open(`/imports/${imported.id}?tab=skips&reason=${reason}`, 'Import of Ingram US');
  await visitor.page.getByRole('table', { name: title }).waitFor();
}
/** The browser itself reports every refused call. */
function forgive(visitor: Visitor, status: number): void {
  expect(visitor.complaints.splice(0).filter((complaint) => !complaint.includes(String(status)))).toEqual([]);
}

describe('what an import left alone', () => {
  it('is on Home while it waits for a decision', () =>
    visiting(async (visitor) => {
      await visitor.open('/', 'Home');
      const need = visitor.page.getByRole('listitem').filter({ hasText: 'left alone until you decide' });
      await need.getByRole('link', { name: 'Decide' }).click();
      await visitor.at('Import of Ingram US');
      await visitor.page.getByRole('table', { name: THERE }).waitFor();
      expect(visitor.page.url()).toContain('reason=already_in_psa');
    }));

  it('is adopted where Halo has it already', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const skip = (await undecided('already_in_psa'))[0]!;
      await open(visitor, 'already_in_psa', THERE);
      await rowOf(visitor, skip)
        .getByRole('button', { name: /^Adopt …/ })
        .click();
      const dialog = page.getByRole('dialog', { name: 'Adopt a Halo subscription?' });
      expect(await dialog.getByRole('textbox').inputValue()).toBe(skip.psaId);
      expect(await visitor.barriers()).toEqual([]);
      await visitor.picture('adopt');
      await dialog.getByRole('button', { name: 'Adopt it' }).click();
      await rowOf(visitor, skip).getByText('Adopted').waitFor();
      expect(await linkOf(skip)).toBe(skip.psaId);
      const audit = await installation.api<{ data: { entity: string; action: string; after: object }[] }>(
        'GET',
        '/audit?entity=link&limit=1',
      );
      expect(audit.data[0]).toMatchObject({ action: 'create', after: { subscriptionId: skip.marketplaceId, licenceId: skip.psaId } });
    }));

  it('is adopted by the keyboard alone', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const skip = (await undecided('already_in_psa'))[0]!;
      await open(visitor, 'already_in_psa', THERE);
      await rowOf(visitor, skip)
        .getByRole('button', { name: /^Adopt …/ })
        .focus();
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').getByRole('textbox').waitFor();
      await page.keyboard.press('Enter');
      await rowOf(visitor, skip).getByText('Adopted').waitFor();
      expect(await linkOf(skip)).toBe(skip.psaId);
    }));

  it('is not adopted by what cannot be it; the service’s word stands in the dialog', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const skip = (await undecided('already_in_psa'))[0]!;
      await open(visitor, 'already_in_psa', THERE);
      await rowOf(visitor, skip)
        .getByRole('button', { name: /^Adopt …/ })
        .click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('textbox').fill('87654321');
      await dialog.getByRole('button', { name: 'Adopt it' }).click();
      await dialog.getByText('HaloPSA has no licence 87654321.').waitFor();
      expect(await visitor.barriers()).toEqual([]);
      expect(await linkOf(skip)).toBeNull();
      forgive(visitor, 422);
    }));

  it('is adopted by nobody who stopped it while it was being looked for', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const before = await undecided('already_in_psa');
      const goOn = Promise.withResolvers<void>();
      await page.route(/\/skips\?.*limit=500/, async (route) => {
        await goOn.promise;
        await route.continue().catch(() => undefined);
      });
      await open(visitor, 'already_in_psa', THERE);
      await page.getByRole('button', { name: 'Adopt all …' }).click();
      await page.getByRole('button', { name: 'Adopt all', exact: true }).click();
      await page.getByRole('button', { name: 'Stop' }).click();
      goOn.resolve();
      await page.getByRole('button', { name: 'Adopt all …' }).waitFor();
      expect(await undecided('already_in_psa')).toEqual(before);
    }));

  it('is created anyway when somebody says so, and the rest adopted at once; the next import goes by it', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const all = await undecided('already_in_psa');
      const alone = all.filter(({ psaId }) => all.filter((other) => other.psaId === psaId).length === 1);
      const [anyway, ...others] = alone;
      await open(visitor, 'already_in_psa', THERE);
      await rowOf(visitor, anyway!)
        .getByRole('button', { name: /^Create anyway …/ })
        .click();
      await page.getByRole('dialog').getByText('both may be billed').waitFor();
      expect(await visitor.barriers()).toEqual([]);
      await page.getByRole('button', { name: 'Create another one' }).click();
      await rowOf(visitor, anyway!).getByText('Will be created').waitFor();

      await page.getByRole('button', { name: 'Adopt all …' }).click();
      expect(await linkOf(others[0]!)).toBeNull();
      await page.getByRole('button', { name: 'Adopt all', exact: true }).click();
      await page
        .getByRole('status')
        .filter({ hasText: `${others.length} Halo subscription` })
        .waitFor();
      for (const skip of others) expect(await linkOf(skip)).toBe(skip.psaId);

      const next = await installation.import(tenantId);
      // Whose it is where several were found to be one, somebody has to say.
      expect((await skips('already_in_psa', next)).map(({ psaId }) => psaId)).toEqual(
        all.filter((skip) => !alone.includes(skip)).map(({ psaId }) => psaId),
      );
      expect(next.counts.licences.created).toBe(1);
      expect(await linkOf(anyway!)).not.toBe(anyway!.psaId);
    }));

  it('for want of a mapping opens that customer in the mapping, and says later that it is mapped', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const skip = (await undecided('ambiguous_customer'))[0]!;
      await open(visitor, 'ambiguous_customer', 'Several clients or customers share the name');
      await rowOf(visitor, skip)
        .first()
        .getByRole('link', { name: /^Map it/ })
        .click();
      await visitor.at('Mapping');
      const rows = page.getByRole('list', { name: 'Customers' }).getByRole('listitem');
      expect(await rows.count()).toBe(1);
      expect(await rows.first().innerText()).toContain(skip.customerId);
      await rows.getByRole('button', { name: /^More for / }).click();
      await page
        .getByRole('menuitem', { name: /^It is client \d+$/ })
        .first()
        .click();
      await page
        .getByRole('status')
        .filter({ hasText: /1 customer mapped to client \d+/ })
        .waitFor();
      await page.goBack();
      await rowOf(visitor, skip).first().getByText('Mapped since').waitFor();
    }));

  it('for a fault of the marketplace’s gives a text to ask Ingram Micro with', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const skip = (await skips('unknown_term'))[0]!;
      await open(visitor, 'unknown_term', UNKNOWN_TERM);
      await rowOf(visitor, skip)
        .first()
        .getByRole('button', { name: /^Ask Ingram …/ })
        .click();
      const text = page.getByRole('dialog').getByRole('textbox');
      await text.waitFor();
      expect(await visitor.barriers()).toEqual([]);
      const asked = await text.inputValue();
      for (const fact of [`Subscription: ${skip.marketplaceId}`, `id ${skip.customerId}`, skip.detail]) expect(asked).toContain(fact);
      await visitor.picture('ask-vendor');
      await page.getByRole('button', { name: 'Copy' }).click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
    }));

  it('opens the subscription’s records', () =>
    visiting(async (visitor) => {
      const skip = (await skips('unknown_term'))[0]!;
      await open(visitor, 'unknown_term', UNKNOWN_TERM);
      await rowOf(visitor, skip)
        .first()
        .getByRole('link', { name: `Subscription ${skip.marketplaceId}` })
        .click();
      const records = visitor.page.getByRole('table', { name: 'Both records' });
      await records.waitFor();
      expect(await records.innerText()).toContain(`subscription ${skip.marketplaceId}`);
      // There is nothing beside it, and the way back to why.
      await records.getByRole('columnheader', { name: 'Halo: none' }).waitFor();
      expect(await visitor.barriers()).toEqual([]);
      await visitor.page.getByRole('link', { name: /latest import left alone/ }).click();
      await visitor.page.getByRole('tab', { name: /^Left alone/, selected: true }).waitFor();
    }));

  it('is only looked at by viewers', () =>
    visiting(
      async (visitor) => {
        await open(visitor, 'already_in_psa', THERE);
        expect(await visitor.page.getByRole('button', { name: /^(Adopt|Create)/ }).count()).toBe(0);
        expect(await visitor.barriers()).toEqual([]);
      },
      { as: { role: 'viewer', psaInstanceId } },
    ));
});
