import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Locator } from 'playwright-core';
import { startBrowser } from './browser.js';
import { Installation } from './installation.js';
import { visit, type Visitor, type VisitorOptions } from './visitor.js';

interface Customer {
  customerId: string;
  name: string;
  mapping: { state: string; clientId: string | null; clientName: string | null; note: string | null } | null;
}

let browser: Browser;
let installation: Installation;
let psaInstanceId: string;
let tenantId: string;
beforeAll(async () => {
  browser = await startBrowser();
  installation = await Installation.start();
  psaInstanceId = await installation.addPsaInstance();
});
/** A tenant that was only looked at, so that every customer is still to be decided. */
beforeEach(async () => {
  tenantId = await installation.addTenant(psaInstanceId);
  await installation.import(tenantId, { preview: true });
  await installation.api('POST', `/tenants/${tenantId}/mappings/generate`);
});
afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

const visiting = (what: (visitor: Visitor) => Promise<void>, options?: VisitorOptions): Promise<void> =>
  visit(browser, installation, what, options);
const customers = async (query: string): Promise<Customer[]> =>
  (await installation.api<{ data: Customer[] }>('GET', `/tenants/${tenantId}/customers?limit=500&${query}`)).data;
const one = async (customerId: string): Promise<Customer> => (await customers(`search=${customerId}`))[0]!;
const rowOf = ({ page }: Visitor, { customerId }: Customer): Locator => page.getByRole('listitem').filter({ hasText: customerId });
const said = ({ page }: Visitor, text: RegExp): Promise<void> => page.getByRole('status').filter({ hasText: text }).waitFor();
/** An active client of the sandbox's Halo whose name no other bears. */
function aClient(): { id: string; name: string } {
  const all = installation.sandbox.psa.clients().filter((client) => client['inactive'] !== true);
  const found = all.find(
    (client) => /^[\w .]+$/.test(String(client['name'])) && all.filter(({ name }) => name === client['name']).length === 1,
  );
  return { id: String(found!['id']), name: String(found!['name']) };
}

describe('the mapping table', () => {
  it('shows first, and counts, what waits for a person', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const [undecided, ambiguous] = [await customers('state=undecided'), await customers('state=ambiguous')];
      await visitor.open(`/tenants/${tenantId}/mapping`, 'Mapping');
      await page.getByRole('radio', { name: `To map (${undecided.length})` }).waitFor({ state: 'attached' });
      const list = page.getByRole('list', { name: 'Customers' });
      expect(await list.getByRole('listitem').first().getAttribute('aria-setsize')).toBe(String(undecided.length));
      expect(ambiguous.length).toBeGreaterThan(0);
      expect(await visitor.barriers()).toEqual([]);
      await visitor.picture('mapping');
    }));

  it('maps by choosing a client that is found by typing; the customer leaves the list, and comes back when that is taken back', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const [customer, client] = [(await customers('state=ambiguous'))[0]!, aClient()];
      await visitor.open(`/tenants/${tenantId}/mapping`, 'Mapping');
      const row = rowOf(visitor, customer);
      await row.getByRole('button', { name: `Choose client for ${customer.name}` }).click();
      await page.getByRole('textbox', { name: `Find a client in HaloPSA for ${customer.name}` }).fill(client.name);
      const option = page.getByRole('option', { name: client.name });
      await option.getByText(new RegExp(`^id ${client.id}( |$)`)).waitFor();
      await option.click();
      await said(visitor, new RegExp(`1 customer mapped to .*\\(${client.id}\\)`));
      await row.waitFor({ state: 'detached' });
      expect((await one(customer.customerId)).mapping).toMatchObject({ state: 'mapped', clientId: client.id });
      await page.getByRole('button', { name: 'Take back' }).click();
      await row.waitFor();
      expect((await one(customer.customerId)).mapping).toMatchObject({ state: 'ambiguous', clientId: null });
    }));

  it('maps by dragging a client onto a customer, and the client stays', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const [customer, client] = [(await customers('state=ambiguous'))[0]!, aClient()];
      await visitor.open(`/tenants/${tenantId}/mapping`, 'Mapping');
      await page.getByRole('textbox', { name: 'Find a client in HaloPSA', exact: true }).fill(client.name);
      const dragged = page
        .getByRole('list', { name: 'Clients in HaloPSA' })
        .getByRole('listitem')
        .filter({ hasText: new RegExp(`id ${client.id}(\\D|$)`) });
      await dragged.dragTo(rowOf(visitor, customer));
      await said(visitor, /1 customer mapped to/);
      expect((await one(customer.customerId)).mapping).toMatchObject({ state: 'mapped', clientId: client.id });
      expect(await dragged.count()).toBe(1);
    }));

  it('maps by the keyboard alone', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const [customer, client] = [(await customers('state=ambiguous'))[0]!, aClient()];
      await visitor.open(`/tenants/${tenantId}/mapping`, 'Mapping');
      await rowOf(visitor, customer).getByRole('checkbox').focus();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      // Keys go to the button until the search has the focus.
      const search = page.getByRole('textbox', { name: `Find a client in HaloPSA for ${customer.name}` });
      await search.and(page.locator(':focus')).waitFor();
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type(client.name);
      await page.getByRole('option', { name: client.name }).waitFor();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await said(visitor, /1 customer mapped to/);
      expect((await one(customer.customerId)).mapping).toMatchObject({ state: 'mapped', clientId: client.id });
    }));

  it('accepts a suggestion with one press', () =>
    visiting(async (visitor) => {
      const customer = (await customers('state=suggested')).find(({ mapping }) => mapping?.clientId)!;
      await visitor.open(`/tenants/${tenantId}/mapping`, 'Mapping');
      await visitor.page.getByRole('textbox', { name: 'Find a customer' }).fill(customer.customerId);
      await rowOf(visitor, customer)
        .getByRole('button', { name: /^Accept .* for / })
        .click();
      await said(visitor, /1 suggestion accepted/);
      expect((await one(customer.customerId)).mapping).toMatchObject({ state: 'mapped', clientId: customer.mapping?.clientId });
    }));

  it('does one thing for many at once, with a note, and takes it back for all of them', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const before = await customers('state=undecided');
      await visitor.open(`/tenants/${tenantId}/mapping`, 'Mapping');
      await page.getByRole('button', { name: 'Choose all' }).click();
      await said(visitor, new RegExp(`${before.length} customers chosen`));
      await page.getByRole('button', { name: 'Ignore …' }).click();
      await page.getByRole('textbox', { name: 'Note' }).fill('Not ours');
      expect(await visitor.barriers()).toEqual([]);
      await page.getByRole('button', { name: 'Ignore', exact: true }).click();
      await said(visitor, new RegExp(`${before.length} customers ignored`));
      expect((await customers('state=ignored')).map(({ mapping }) => mapping?.note)).toEqual(before.map(() => 'Not ours'));
      await page.getByText('Every customer is mapped or ignored.').waitFor();
      await page.getByRole('button', { name: 'Take back' }).click();
      await page.getByRole('list', { name: 'Customers' }).waitFor();
      expect((await customers('state=undecided')).map(({ mapping }) => mapping)).toEqual(
        before.map(({ mapping }) => mapping && expect.objectContaining({ ...mapping, id: expect.any(String) })),
      );
    }));

  it('asks what becomes of Halo subscriptions that are linked already', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await installation.import(tenantId);
      const linked = await installation.api<{ data: { customerId: string }[] }>(
        'GET',
        `/tenants/${tenantId}/subscriptions?state=linked&limit=1`,
      );
      const [customer, client] = [await one(linked.data[0]!.customerId), aClient()];
      await visitor.open(`/tenants/${tenantId}/mapping`, 'Mapping');
      await page.getByText(/^Mapped \(/).click();
      await page.getByRole('textbox', { name: 'Find a customer' }).fill(customer.customerId);
      await page.getByRole('button', { name: `Change for ${customer.name}` }).click();
      await page.getByRole('textbox', { name: `Find a client in HaloPSA for ${customer.name}` }).fill(client.name);
      await page.getByRole('option', { name: client.name }).click();
      const dialog = page.getByRole('dialog', { name: 'What becomes of the Halo subscriptions?' });
      await dialog.getByText('What is left behind stays active there, and is billed').waitFor();
      expect(await visitor.barriers()).toEqual([]);
      expect((await one(customer.customerId)).mapping?.clientId).toBe(customer.mapping?.clientId);
      await dialog.getByRole('button', { name: 'Leave them linked where they are' }).click();
      await said(visitor, /1 customer mapped to/);
      expect((await one(customer.customerId)).mapping?.clientId).toBe(client.id);
    }));

  it('lets a viewer look and nothing else', () =>
    visiting(
      async (visitor) => {
        await visitor.open(`/tenants/${tenantId}/mapping`, 'Mapping');
        await visitor.page.getByRole('list', { name: 'Customers' }).waitFor();
        expect(await visitor.page.getByRole('button', { name: /for / }).count()).toBe(0);
        expect(await visitor.page.getByRole('button', { name: 'Choose all' }).count()).toBe(0);
        expect(await visitor.barriers()).toEqual([]);
      },
      { as: { role: 'viewer', psaInstanceId } },
    ));
});
