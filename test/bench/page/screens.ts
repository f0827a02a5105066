import type { Locator, Page } from 'playwright-core';
import type { Installation } from '../installation.js';
import type { Shown } from './watch.js';

/** A screen, how one comes to it, and what it must then show. */
export interface ScreenToSee {
  name: string;
  /** What is open when the click is made; without a click, the screen's own address, as Halo's tab opens it. */
  from: string;
  /** What opens the menu that the click is in. */
  menu?: (page: Page) => Locator;
  click?: (page: Page) => Locator;
  shows: Shown;
  /** Its own address, where something opens it by that. */
  at?: string;
}

interface List<T> {
  data: T[];
  pagination: { total: number };
}
interface Line {
  tenantId: string;
  subscriptionId: string;
  line: string;
  clientId: string;
  clientName: string;
  product: { name: string };
}

/** As the mapping asks for them: those that wait for a person. */
const UNDECIDED = 'state=undecided&sort=state&limit=1';

const link = (name: string) => (page: Page) => page.getByRole('link', { name, exact: true }).first();
const place = (name: string) => (page: Page) => page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true });
const rowsOf = (label: string): string => `table[aria-label="${label}"] tbody td`;

const CUSTOMERS = 'ul[aria-label="Customers"] li';
const TENANT = 'Sandbox 1';

/** The steps of a new tenant that was only looked at. */
export async function firstImportOf(installation: Installation, tenantId: string): Promise<ScreenToSee> {
  const { body } = await installation.api<List<{ name: string }>>('GET', `/tenants/${tenantId}/customers?${UNDECIDED}`);
  return {
    name: 'First import',
    from: `/tenants/${tenantId}`,
    click: link('Map and import'),
    shows: { heading: TENANT, within: CUSTOMERS, text: body.data[0]!.name },
  };
}

/** Every other screen of the page on this installation, after an import of everything, with what the API says they hold. */
export async function screensOf(installation: Installation, tenantId: string, importId: string): Promise<ScreenToSee[]> {
  const all = async <T>(path: string): Promise<List<T>> => (await installation.api<List<T>>('GET', path)).body;
  const [lines, linked, changes, undecided, reasons, instances] = await Promise.all([
    all<Line>(`/subscriptions?tenantId=${tenantId}&sort=-subscriptionId&limit=1`),
    all<Line>(`/subscriptions?tenantId=${tenantId}&state=linked&sort=-subscriptionId&limit=1`),
    all<{ customerName: string }>(`/imports/${importId}/changes?limit=1`),
    all<{ name: string }>(`/tenants/${tenantId}/customers?${UNDECIDED}`),
    installation.api<{ reasons: { reason: string; count: number }[] }>('GET', `/imports/${importId}/skip-reasons`),
    all<{ id: string; name: string }>('/psa-instances'),
  ]);
  const [line, kept, psa] = [lines.data[0]!, linked.data[0]!, instances.data[0]!];
  const there = reasons.body.reasons.find(({ reason }) => reason === 'already_in_psa')?.count ?? 0;
  const ofClient = await all<Line>(`/subscriptions?clientId=${kept.clientId}&sort=product&limit=1`);
  const tenant = TENANT;
  const client = `/clients/${kept.clientId}?psaInstance=${psa.id}`;
  const admin = (name: string, shows: Omit<Shown, 'heading'>): ScreenToSee => ({
    name,
    from: '/',
    menu: (page) => page.getByRole('button', { name: 'Administration' }),
    click: (page) => page.getByRole('menuitem', { name, exact: true }),
    shows: { heading: name, ...shows },
  });
  return [
    { name: 'Home', from: '/words', click: place('Home'), shows: { heading: 'Home', within: 'main', text: 'customers mapped' } },
    { name: 'Tenants', from: '/', click: place('Tenants'), shows: { heading: 'Tenants', within: 'main table td', text: 'us' } },
    { name: 'New tenant', from: '/tenants', click: link('New'), shows: { heading: 'New tenant', within: 'main form', text: 'API URL' } },
    {
      name: 'Tenant',
      from: '/tenants',
      click: link(tenant),
      shows: { heading: tenant, within: '#integrator', text: 'Enable the integrator' },
    },
    {
      name: 'Mapping',
      from: `/tenants/${tenantId}`,
      click: link('Open mapping table'),
      shows: { heading: 'Mapping', within: CUSTOMERS, text: undecided.data[0]!.name },
    },
    {
      name: 'Subscriptions',
      from: '/',
      click: place('Subscriptions'),
      shows: { heading: 'Subscriptions', within: rowsOf('Subscriptions'), text: line.product.name, rows: lines.pagination.total },
    },
    {
      name: 'Subscription',
      from: `/subscriptions?tenantId=${tenantId}&state=linked`,
      click: (page) => page.getByRole('table', { name: 'Subscriptions' }).getByRole('link').first(),
      shows: { heading: kept.product.name, within: 'table[aria-label="Both records"] th', text: 'Halo subscription' },
    },
    {
      name: 'Imports',
      from: '/',
      click: place('Imports'),
      shows: { heading: 'Imports', within: rowsOf('Imports'), text: tenant, rows: 2 },
    },
    {
      name: 'Import',
      from: `/tenants/${tenantId}`,
      click: link('Open it'),
      shows: {
        heading: `Import of ${tenant}`,
        within: rowsOf('Changes'),
        text: changes.data[0]!.customerName,
        rows: changes.pagination.total,
      },
    },
    {
      name: 'Skips',
      from: `/imports/${importId}?tab=skips`,
      click: (page) => page.getByRole('button', { name: /is there already/ }),
      shows: {
        heading: `Import of ${tenant}`,
        within: rowsOf('A Halo subscription for it is there already'),
        text: 'Adopt',
        rows: there,
      },
    },
    { name: 'Words', from: '/', click: place('Words'), shows: { heading: 'Words', within: 'main table th', text: 'Integrator' } },
    admin('PSA instances', { within: 'main table', text: psa.name }),
    {
      name: 'PSA instance',
      from: '/psa-instances',
      click: link(psa.name),
      shows: { heading: psa.name, within: 'main', text: 'Resource server' },
    },
    admin('Agents', { within: 'main', text: 'No agent' }),
    admin('API tokens', { within: 'main table', text: 'bench' }),
    admin('Sessions', { within: 'main table', text: 'bench' }),
    admin('Audit', { within: rowsOf('Audit'), text: 'Started' }),
    {
      name: 'Client',
      from: `/subscriptions/${kept.tenantId}/${kept.subscriptionId}?line=${encodeURIComponent(kept.line)}`,
      click: (page) => page.locator(`a[href="${client}"]`),
      shows: { heading: kept.clientName, within: rowsOf('Subscriptions'), text: ofClient.data[0]!.product.name },
      at: client,
    },
  ];
}
