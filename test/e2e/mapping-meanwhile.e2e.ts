import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Locator } from 'playwright-core';
import { IsNull } from 'typeorm';
import { Link, Mapping } from '../../entities/index.js';
import { storeCustomer, storeSubscription } from '../support/marketplace-records.js';
import { startBrowser } from './browser.js';
import { Installation } from './installation.js';
import { visit, type Visitor } from './visitor.js';

interface Client {
  id: string;
  name: string;
}

let browser: Browser;
let installation: Installation;
let psaInstanceId: string;
let tenantId: string;
let clients: [Client, Client];
beforeAll(async () => {
  browser = await startBrowser();
  installation = await Installation.start({ customers: 10, subscriptions: 10 });
  psaInstanceId = await installation.addPsaInstance();
  const [one, other] = installation.sandbox.psa.clients().filter((client) => client['inactive'] !== true);
  clients = [one, other].map((client) => ({ id: String(client!['id']), name: String(client!['name']) })) as [Client, Client];
});
beforeEach(async () => {
  tenantId = await installation.addTenant(psaInstanceId);
  for (const customerId of ['c1', 'c2']) await storeCustomer(installation.database, tenantId, customerId);
});
afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

const visiting = (what: (visitor: Visitor) => Promise<void>): Promise<void> => visit(browser, installation, what);
const open = (visitor: Visitor, tenant = tenantId): Promise<void> => visitor.open(`/tenants/${tenant}/mapping`, 'Mapping');
const rowOf = ({ page }: Visitor, customerId: string): Locator =>
  page.getByRole('list', { name: 'Customers', exact: true }).getByRole('listitem').filter({ hasText: customerId });
const said = ({ page }: Visitor, text: RegExp | string): Promise<void> => page.getByRole('status').filter({ hasText: text }).waitFor();
const standing = async (customerId: string): Promise<string> => {
  const found = await installation.database.dataSource.manager.findOneBy(Mapping, { tenantId, customerId, archivedAt: IsNull() });
  return found ? `${found.state} ${found.clientId}` : 'none';
};
/** As an import that found a client of a name much like the customer's. */
async function suggest(customerId: string, { id, name }: Client): Promise<void> {
  const { manager } = installation.database.dataSource;
  await manager.delete(Mapping, { tenantId, customerId });
  await manager.insert(Mapping, {
    tenantId,
    customerId,
    state: 'suggested',
    clientId: id,
    clientName: name,
    origin: null,
    candidates: [id],
  });
}

/** What of the browser's drags is used in it. */
interface Drags {
  DataTransfer: new () => { types: readonly string[]; getData: (type: string) => string; setData: (type: string, text: string) => void };
  DragEvent: new (type: string, init: object) => object;
}
interface Dragged {
  dispatchEvent: (event: object) => boolean;
}

/** What a drag of an element carries. Runs in the browser. */
function pickedUp(element: Dragged): string[][] {
  const { DataTransfer, DragEvent } = globalThis as unknown as Drags;
  const dataTransfer = new DataTransfer();
  element.dispatchEvent(new DragEvent('dragstart', { bubbles: true, dataTransfer }));
  return dataTransfer.types.map((type) => [type, dataTransfer.getData(type)]);
}

/** Drops that on an element. Runs in the browser. */
function dropped(element: Dragged, load: string[][]): void {
  const { DataTransfer, DragEvent } = globalThis as unknown as Drags;
  const dataTransfer = new DataTransfer();
  for (const [type, text] of load) dataTransfer.setData(type!, text!);
  element.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }));
}

describe('the mapping table', () => {
  it('accepts what was shown to be suggested, and no other client that is suggested since', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const [shown, later] = clients;
      await suggest('c1', shown);
      await open(visitor);
      await rowOf(visitor, 'c1').getByText(`perhaps ${shown.name} (${shown.id})`).waitFor();
      await suggest('c1', later);
      await rowOf(visitor, 'c1')
        .getByRole('button', { name: /^Accept/ })
        .click();
      await said(visitor, '1 customer could not be changed');
      expect(await standing('c1')).toBe(`suggested ${later.id}`);
      // So it is for those that were chosen, too.
      await rowOf(visitor, 'c1').getByText(`perhaps ${later.name} (${later.id})`).waitFor();
      await rowOf(visitor, 'c1').getByRole('checkbox').check();
      await suggest('c1', shown);
      const answered = page.waitForResponse((response) => response.url().endsWith('/mappings/several'));
      await page.getByRole('button', { name: 'Accept suggestions' }).click();
      await answered;
      expect(await standing('c1')).toBe(`suggested ${shown.id}`);
    }));

  it('tells what failed also where something that was said later is done', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const [arrived, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      await page.route('**/mappings/several', async (route) => {
        if (!String(route.request().postData()).includes('c1')) return route.continue();
        arrived.resolve();
        await goOn.promise;
        return route.abort('connectionrefused');
      });
      await open(visitor);
      for (const customerId of ['c1', 'c2']) {
        await rowOf(visitor, customerId)
          .getByRole('button', { name: /^More for/ })
          .click();
        await page.getByRole('menuitem', { name: 'Create a client for it' }).click();
        if (customerId === 'c1') await arrived.promise;
      }
      await said(visitor, '1 customer: the next import creates a client.');
      goOn.resolve();
      await page.getByRole('alert').filter({ hasText: 'Isthmus does not answer' }).waitFor();
      expect([await standing('c1'), await standing('c2')]).toEqual(['none', 'mapped null']);
      visitor.complaints.splice(0);
    }));

  it('takes a step back where Halo subscriptions are linked, once it is said what becomes of them', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const [client] = clients;
      const { database } = installation;
      await open(visitor);
      await rowOf(visitor, 'c1')
        .getByRole('button', { name: /^Choose client for/ })
        .click();
      await page.getByRole('textbox', { name: /^Find a client in HaloPSA for/ }).fill(client.name);
      await page
        .getByRole('option')
        .getByText(new RegExp(`^id ${client.id}( |$)`))
        .click();
      await said(visitor, /1 customer mapped to/);
      await storeSubscription(database, tenantId, { subscriptionId: 's1', customerId: 'c1', status: 'active' }, ['A']);
      const link = { psaInstanceId, tenantId, subscriptionId: 's1', line: 'A', licenceId: '910001', origin: 'created' as const };
      await database.dataSource.manager.insert(Link, link);
      await page.getByRole('button', { name: 'Take back' }).click();
      const dialog = page.getByRole('dialog', { name: 'What becomes of the Halo subscriptions?' });
      await dialog.waitFor();
      expect(await standing('c1')).toBe(`mapped ${client.id}`);
      await dialog.getByRole('button', { name: 'Leave them linked where they are' }).click();
      await page.getByRole('button', { name: 'Take back' }).waitFor({ state: 'detached' });
      expect(await standing('c1')).toBe('none');
      await database.dataSource.manager.delete(Link, { licenceId: '910001' });
    }));

  it('takes no client that is dragged over from another HaloPSA, whose ids mean others', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      const other = await installation.addTenant(await installation.addPsaInstance('Another Halo'), { name: 'There' });
      await open(visitor, other);
      const dragged = page.getByRole('list', { name: 'Clients in HaloPSA' }).getByRole('listitem').first();
      await dragged.waitFor();
      const load = await dragged.evaluate(pickedUp);
      expect(load.length).toBeGreaterThan(0);
      await open(visitor);
      await rowOf(visitor, 'c1').evaluate(dropped, load);
      // What is said next is done, and nothing before it.
      await rowOf(visitor, 'c2')
        .getByRole('button', { name: /^More for/ })
        .click();
      await page.getByRole('menuitem', { name: 'Create a client for it' }).click();
      await said(visitor, '1 customer: the next import creates a client.');
      expect(await standing('c1')).toBe('none');
    }));
});
