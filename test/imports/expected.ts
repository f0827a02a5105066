import type { Sandbox } from '../../src/sandbox/index.js';

/**
 * What an import has to come to, worked out from what the sandboxes hold and the rules of the issue alone: nothing here is shared
 * with the code under test.
 */
export interface Expected {
  /** By key, the licence of each live product line that gets one, as Halo is to store it. */
  licences: Map<string, Record<string, unknown>>;
  /** By `subscription` or `subscription line`, why it has none. */
  skips: Map<string, string>;
  /** Customers that get a client of their own, by key. */
  clients: Map<string, string>;
  /** By customer, why it stays unmapped. */
  unmapped: Map<string, string>;
}

type Row = Readonly<Record<string, unknown>>;

/** The PSA as it stood before, and what the marketplace says. To be taken before the import. */
export interface Before {
  clients: Row[];
  licences: Row[];
  sites: Row[];
}

export function standing({ psa }: Sandbox): Before {
  return { clients: psa.clients(), licences: psa.licences(), sites: psa.sites() };
}

const plain = (name: unknown): string => String(name).normalize('NFC').trim().split(/\s+/).join(' ').toLowerCase();
const day = (date: string | undefined): string | null => (date === undefined ? '1901-01-01T00:00:00' : `${date}T00:00:00`);

function iso(period: { type: string; duration: number } | undefined): string | undefined {
  if (!period || period.duration < 1) return undefined;
  const months = { month: 1, year: 12 }[period.type];
  if (months === undefined) return period.type === 'day' ? `P${period.duration}D` : undefined;
  const all = months * period.duration;
  return all % 12 === 0 ? `P${all / 12}Y` : `P${all}M`;
}

/** Where a customer's licences belong, by the names of a sandbox that was just made. `active` are its clients by name. */
function placeOf(
  sandbox: Sandbox,
  active: ReadonlyMap<string, readonly Row[]>,
  customer: { id: string; name: string; status: string },
): { clientId?: number; created?: boolean; reason?: string } {
  const kind = sandbox.data.matchKinds.get(customer.id);
  if (kind === 'exact' || kind === 'spelling') {
    const same = active.get(plain(customer.name)) ?? [];
    if (same.length !== 1) throw new Error(`the sandbox has ${same.length} clients for ${customer.name}`);
    return { clientId: Number(same[0]!['id']) };
  }
  if (kind === 'loose' || kind === 'inactive') return { reason: 'suggested_customer' };
  if (kind === 'ambiguous' || kind === 'shared') return { reason: 'ambiguous_customer' };
  return customer.status === 'cancelled' || customer.status === 'error' ? { reason: 'unmapped_customer' } : { created: true };
}

/** Works out the end of an import of everything. `after` is the PSA then: it says the ids of what was created. */
export function expectedOf(sandbox: Sandbox, before: Before, after: Before): Expected {
  const expected: Expected = { licences: new Map(), skips: new Map(), clients: new Map(), unmapped: new Map() };
  const { world } = sandbox.marketplace;
  const code = sandbox.credentials.marketplace.marketplace;
  const active = Map.groupBy(
    before.clients.filter((client) => client['inactive'] !== true),
    (client) => plain(client['name']),
  );
  const byRef = new Map(after.clients.map((client) => [client['ref'], client]));
  const byId = new Map(after.clients.map((client) => [client['id'], client]));
  const licencesOf = Map.groupBy(before.licences, (licence) => licence['client_id']);
  for (const customer of world.customers.newestFirst()) {
    const { created, reason } = placeOf(sandbox, active, customer);
    if (created) expected.clients.set(`ingram/${code}/${customer.id}`, customer.name.trim());
    if (reason) expected.unmapped.set(customer.id, reason);
  }
  for (const row of world.subscriptions.newestFirst()) {
    const customer = world.customers.get(row.customerId)!;
    const place = placeOf(sandbox, active, customer);
    if (row.status === 'removed' || row.status === 'terminated') expected.skips.set(row.id, 'ended');
    else if (place.reason !== undefined) expected.skips.set(row.id, place.reason);
    else if (row.status === 'pending') expected.skips.set(row.id, 'pending');
    else if (!row.products?.length) expected.skips.set(row.id, 'no_product');
    else {
      const clientId = place.clientId ?? Number(byRef.get(`ingram/${code}/${customer.id}`)?.['id']);
      const seen = new Map<string, number>();
      // Lines go by MPN; which of two alike is the first does not matter, as they are alike.
      for (const [at, line] of row.products.toSorted((a, b) => ((a.mpn ?? '') < (b.mpn ?? '') ? -1 : 1)).entries()) {
        const mpn = line.mpn!;
        const times = (seen.get(mpn) ?? 0) + 1;
        seen.set(mpn, times);
        const name = times === 1 ? mpn : `${mpn}#${times}`;
        const term = iso(row.subscriptionPeriod);
        const native = (licencesOf.get(clientId) ?? []).some(
          (licence) =>
            licence['is_active'] === true &&
            (licence['snowid'] === row.id ||
              licence['vendor_product_sku'] === mpn ||
              licence['product_sku'] === mpn ||
              (Number(licence['azure_connection_id']) > 0 && [plain(line.name), plain(row.name)].includes(plain(licence['name'])))),
        );
        if (!Number.isInteger(line.quantity)) expected.skips.set(`${row.id} ${name}`, 'fractional');
        else if (term === undefined) expected.skips.set(`${row.id} ${name}`, 'unknown_term');
        else if (native) expected.skips.set(`${row.id} ${name}`, 'already_in_psa');
        else {
          const key = `ingram/${code}/${row.id}${at === 0 ? '' : `/${name}`}`;
          const billing = iso(row.billingPeriod);
          const site = byId.get(clientId)?.['main_site_id'];
          expected.licences.set(key, {
            type: 1,
            name: line.name ?? row.name,
            count: line.quantity,
            client_id: clientId,
            site_id: site,
            purchase_price: Number(line.unitCost?.amount ?? 0),
            price: Number(line.unitPrice?.amount ?? 0),
            start_date: day(row.creationDate),
            end_date: day(row.expirationDate ?? row.renewalDate),
            term_duration: term,
            billing_cycle: billing === 'P1M' ? 'Monthly' : billing === 'P1Y' ? 'Annual' : (billing ?? ''),
            status: 'Active',
            is_active: true,
            autorenew: row.renewalStatus,
            vendor_product_sku: mpn,
            product_sku: `INGRAM:${line.vendor}:${mpn}`,
            manufacturer: line.vendor,
            distributor: 'Ingram Micro',
            tenant_id: row.fulfillmentParameters?.find((parameter) => parameter.name === 'ms_customer_id')?.value ?? '',
            tenant_name: row.orderParameters?.find((parameter) => parameter.name === 'microsoft_domain')?.value ?? '',
            snowid: key,
          });
        }
      }
    }
  }
  return expected;
}

/** The licences with our keys that the PSA holds, by key, with the fields that the expectation names. Throws for two with one key. */
export function keyedLicences({ licences }: Before, fields: readonly string[]): Map<string, Record<string, unknown>> {
  const keyed = new Map<string, Record<string, unknown>>();
  for (const licence of licences) {
    const key = licence['snowid'];
    if (typeof key !== 'string' || !key.startsWith('ingram/')) continue;
    if (keyed.has(key)) throw new Error(`two licences carry ${key}`);
    keyed.set(key, Object.fromEntries(fields.map((field) => [field, licence[field]])));
  }
  return keyed;
}
