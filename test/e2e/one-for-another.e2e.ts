import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { storeCustomer, storeMapping, storeSubscription } from '../support/marketplace-records.js';
import { startBrowser } from './browser.js';
import { Installation } from './installation.js';
import { signIn } from './sign-in.js';
import { visit, type Visitor } from './visitor.js';

let browser: Browser;
let installation: Installation;
/** Two HaloPSAs, each with a tenant that has a customer which is client 12 there. */
let here: { psaInstanceId: string; tenantId: string };
let there: { psaInstanceId: string; tenantId: string };
beforeAll(async () => {
  browser = await startBrowser();
  installation = await Installation.start({ customers: 5, subscriptions: 5 });
  here = await connected('Here');
  there = await connected('There');
});
afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

async function connected(name: string): Promise<{ psaInstanceId: string; tenantId: string }> {
  const psaInstanceId = await installation.addPsaInstance(`Halo ${name}`);
  const tenantId = await installation.addTenant(psaInstanceId, { name: `Ingram ${name}` });
  const customer = { customerId: `of ${name}`, subscriptionId: `s ${name}` };
  await storeCustomer(installation.database, tenantId, customer.customerId, { name: `Customer ${name}` });
  await storeMapping(installation.database, tenantId, customer.customerId, '12');
  await storeSubscription(installation.database, tenantId, { ...customer, status: 'active' }, [`MPN ${name}`]);
  return { psaInstanceId, tenantId };
}

const visiting = (what: (visitor: Visitor) => Promise<void>): Promise<void> => visit(browser, installation, what);

describe('whoever works in two HaloPSAs', () => {
  it('sees of a client what is that one’s, and not what is of the same id in the other', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open(`/subscriptions/${here.tenantId}/${encodeURIComponent('s Here')}`, 'Product MPN Here');
      await page.getByRole('main').getByRole('link', { name: 'x', exact: true }).click();
      await visitor.at('x');
      const table = page.getByRole('table', { name: 'Subscriptions' });
      await table.getByRole('link', { name: 'Product MPN Here' }).waitFor();
      expect(await table.getByRole('link').count()).toBe(1);
      expect(await page.getByRole('heading', { level: 2 }).allInnerTexts()).toEqual(['Ingram Here', 'Subscriptions']);
    }));

  it('is asked which is meant where an address names a client alone', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await visitor.open('/clients/12', 'Client 12');
      await page.getByRole('link', { name: 'Halo There' }).click();
      await page.getByRole('table', { name: 'Subscriptions' }).getByRole('link', { name: 'Product MPN There' }).waitFor();
      expect(await page.getByText('Product MPN Here').count()).toBe(0);
      expect(await visitor.barriers()).toEqual([]);
    }));
});

describe('a session that ended', () => {
  it('leaves nothing to see for whoever signs in next in that browser', () =>
    visiting(async (visitor) => {
      const { page } = visitor;
      await page.clock.install();
      await visitor.open(`/tenants/${here.tenantId}`, 'Ingram Here');
      await installation.database.dataSource.query('UPDATE sessions SET ended_at = now()');
      // By itself the page looks again after a while.
      await page.clock.fastForward(20_000);
      await visitor.at('Sign in to Isthmus');
      await signIn(page.context(), installation, { role: 'viewer', psaInstanceId: there.psaInstanceId });
      // The page asks who is there when somebody comes back to it after a while.
      await page.clock.fastForward(61_000);
      const refused = Promise.withResolvers<void>();
      await page.route(`**/api/v1/tenants/${here.tenantId}`, async (route) => {
        await refused.promise;
        await route.continue();
      });
      await page.evaluate(`window.dispatchEvent(new Event('visibilitychange'))`);
      await page.getByRole('link', { name: 'Home' }).waitFor();
      expect(await page.getByRole('heading', { name: 'Ingram Here' }).count()).toBe(0);
      refused.resolve();
      await page.getByText('Not found', { exact: true }).waitFor();
      visitor.forgive(401, 404);
    }));
});
