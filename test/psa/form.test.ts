import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Customer, LicenceFields, SubscriptionDetail, SubscriptionLine } from '../../src/domain/index.js';
import { currencyMismatch, psaForm, stored } from '../../src/psa/form.js';
import { licenceFields, licenceToWire } from '../../src/psa/licence.js';
import { isRecord } from '../../src/psa/read.js';
import { readablePhone } from '../../src/psa/phone.js';

const subscription: SubscriptionDetail = {
  subscriptionId: '1001',
  customerId: '77',
  name: 'Office for Contoso',
  status: 'active',
  autoRenew: true,
  creationDate: '2026-01-15',
  renewalDate: '2027-01-15',
  billingPeriod: { type: 'month', duration: 1 },
  subscriptionPeriod: { type: 'month', duration: 12 },
  microsoftTenantId: '2b4e5a1c-0000-4000-8000-000000000001',
  microsoftDomain: 'contoso.onmicrosoft.com',
  lines: [],
};
const line: SubscriptionLine = {
  line: 'CFQ7TTC0LH18:0001',
  mpn: 'CFQ7TTC0LH18:0001',
  manufacturer: 'Microsoft',
  name: 'Microsoft 365 Business Premium',
  quantity: 12,
  unitPrice: { amount: '22.10', currency: 'USD' },
  unitCost: { amount: '11.3333', currency: 'USD' },
};

describe('a subscription line as a licence', () => {
  it('is every field of the table', () => {
    expect(psaForm({ currency: 'USD', supplierId: '5' }).licence(subscription, line)).toEqual({
      type: 1,
      name: 'Microsoft 365 Business Premium',
      count: 12,
      purchase_price: '11.3333',
      price: '22.1',
      start_date: '2026-01-15',
      end_date: '2027-01-15',
      term_duration: 'P1Y',
      billing_cycle: 'Monthly',
      status: 'Active',
      is_active: true,
      autorenew: true,
      vendor_product_sku: 'CFQ7TTC0LH18:0001',
      product_sku: 'INGRAM:Microsoft:CFQ7TTC0LH18:0001',
      manufacturer: 'Microsoft',
      distributor: 'Ingram Micro',
      supplier_id: '5',
      tenant_id: '2b4e5a1c-0000-4000-8000-000000000001',
      tenant_name: 'contoso.onmicrosoft.com',
    });
  });

  it('leaves out what the marketplace does not say', () => {
    const bare = { subscriptionId: '1', customerId: '7', status: 'active', lines: [] } as const;
    expect(psaForm().licence({ ...bare, lines: [] }, { line: '#1' })).toEqual({
      type: 1,
      end_date: null,
      status: 'Active',
      is_active: true,
      distributor: 'Ingram Micro',
    });
  });

  it.each([1.5, Number.NaN, 3e9])('has no count for a quantity of %p', (quantity) => {
    expect(psaForm().licence(subscription, { ...line, quantity })).not.toHaveProperty('count');
  });

  it('keeps a quantity of 0', () => {
    expect(psaForm().licence(subscription, { ...line, quantity: 0 }).count).toBe(0);
  });

  it.each([
    ['active', { status: 'Active', is_active: true }],
    ['hold', { status: 'Active', is_active: true }],
    ['terminated', { status: 'Cancelled', is_active: false }],
    ['removed', { status: 'Cancelled', is_active: false }],
    ['pending', {}],
    ['unknown', {}],
  ] as const)('of a subscription that is %s has %p', (status, expected) => {
    const { status: shown, is_active } = psaForm().licence({ ...subscription, status }, line);
    expect(JSON.parse(JSON.stringify({ status: shown, is_active }))).toEqual(expected);
  });

  it.each([
    [{ type: 'month', duration: 1 }, 'Monthly'],
    [{ type: 'year', duration: 1 }, 'Annual'],
    [{ type: 'month', duration: 12 }, 'Annual'],
    [{ type: 'month', duration: 3 }, 'P3M'],
    [{ type: 'statement_day', duration: 1 }, undefined],
  ])('is billed %p as %p', (billingPeriod, expected) => {
    expect(psaForm().licence({ ...subscription, billingPeriod }, line).billing_cycle).toBe(expected);
  });

  it('has no term for a period without length', () => {
    const subscriptionPeriod = { type: 'unknown', duration: 1 };
    expect(psaForm().licence({ ...subscription, subscriptionPeriod }, line)).not.toHaveProperty('term_duration');
  });

  it('ends at its expiration, else at its renewal', () => {
    expect(psaForm().licence({ ...subscription, expirationDate: '2026-12-31' }, line).end_date).toBe('2026-12-31');
  });

  it('carries no amount in another currency than the tenant has, and says so', () => {
    const fields = psaForm({ currency: 'usd' }).licence(subscription, { ...line, unitCost: { amount: '9', currency: 'EUR' } });
    expect(fields).not.toHaveProperty('purchase_price');
    expect(fields.price).toBe('22.1');
    expect(currencyMismatch({ ...line, unitCost: { amount: '9', currency: 'EUR' } }, 'USD')).toMatch(/EUR.*USD/);
    expect(currencyMismatch(line, 'USD')).toBeUndefined();
    expect(currencyMismatch(line, undefined)).toBeUndefined();
  });

  it('has no SKU of ours without a manufacturer, as an MPN alone does not identify a product', () => {
    const { manufacturer: _, ...rest } = line;
    expect(psaForm().licence(subscription, rest)).not.toHaveProperty('product_sku');
  });
});

const day = fc
  .date({ min: new Date('1850-01-01'), max: new Date('2199-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const id = fc.oneof(fc.constant(null), fc.integer({ min: 1, max: 2 ** 31 - 1 }).map(String));
const markup = fc.constantFrom('<b>', '</b>', '&lt;', '&amp;amp;', '&', '<', '>', '"', "'", '😀', ' ', 'é', '=1+1', '\ud83d');
const text = fc.oneof(
  fc.constant(null),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(markup, { maxLength: 600 }).map((parts) => parts.join('')),
);
const fields: fc.Arbitrary<LicenceFields> = fc.record(
  {
    type: fc.integer({ min: 0, max: 5 }),
    name: text,
    count: fc.integer(),
    client_id: id,
    site_id: id,
    purchase_price: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => String(value)),
    price: fc.tuple(fc.integer(), fc.nat(99_999)).map(([whole, part]) => `${whole}.${part}`),
    start_date: fc.oneof(day, fc.constant(null)),
    end_date: fc.oneof(day, fc.constant(null)),
    term_duration: text,
    billing_cycle: text,
    status: text,
    is_active: fc.boolean(),
    autorenew: fc.boolean(),
    vendor_product_sku: text,
    product_sku: text,
    manufacturer: text,
    distributor: text,
    supplier_id: id,
    tenant_id: text,
    tenant_name: text,
    snowid: text,
  },
  { requiredKeys: [] },
);

function overTheWire(value: LicenceFields): LicenceFields {
  const row: unknown = JSON.parse(JSON.stringify(licenceToWire(value)));
  return isRecord(row) ? licenceFields(row) : {};
}

/** As a Halo would that shows names as HTML. */
function escaped(name: string): string {
  return name.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

describe('the stored form of fields', () => {
  it('is what comes back after writing, and does not change when written again', () => {
    fc.assert(
      fc.property(fields, (value) => {
        expect(overTheWire(value)).toEqual(stored(value));
        expect(stored(stored(value))).toEqual(stored(value));
      }),
    );
  });

  it('comes back the same from a Halo that escapes names', () => {
    fc.assert(
      fc.property(text, (name) => {
        const wire = licenceToWire({ name });
        expect(licenceFields({ name: escaped(wire.name ?? '') })).toEqual(stored({ name }));
      }),
    );
  });

  it('never writes a name that could become markup, nor one that is too long or torn', () => {
    fc.assert(
      fc.property(text, (name) => {
        const { name: written = '' } = licenceToWire({ name });
        expect(written).not.toMatch(/<[a-z/!?]/i);
        expect(written.length).toBeLessThanOrEqual(500);
        expect(written.isWellFormed()).toBe(true);
      }),
    );
  });

  it('keeps ordinary names as they are', () => {
    for (const name of ['A & B Ltd', 'O’Neil "Best" <3', '=1+1', 'Zoë 😀', '5 > 4']) expect(licenceToWire({ name }).name).toBe(name);
    expect(licenceToWire({ name: '<b>Bold</b>' }).name).toBe('&lt;b&gt;Bold&lt;/b&gt;');
    expect(stored({ name: '<b>Bold</b>' })).toEqual({ name: '<b>Bold</b>' });
  });

  it('writes "none" in the words of Halo', () => {
    expect(licenceToWire({ end_date: null, site_id: null, client_id: null, supplier_id: null, status: null })).toEqual({
      end_date: '1901-01-01T00:00:00',
      site_id: -1,
      client_id: 0,
      supplier_id: 0,
      status: '',
    });
  });

  it('leaves out what is not said', () => {
    expect(JSON.stringify(licenceToWire({ count: 3, name: undefined }))).toBe('{"count":3}');
  });

  it('shows prices as the double that Halo keeps', () => {
    expect(stored({ price: '0.1000000000000000055', purchase_price: '11.3333' })).toEqual({ price: '0.1', purchase_price: '11.3333' });
  });

  it('is cut to the column, never through a character', () => {
    expect(stored({ tenant_id: 'x'.repeat(150) }).tenant_id).toHaveLength(100);
    expect(stored({ status: `${'x'.repeat(99)}😀` }).status).toBe('x'.repeat(99));
  });

  it('refuses an id that is none', () => {
    expect(() => stored({ client_id: 'twelve' })).toThrow(RangeError);
  });
});

describe('what Halo shows', () => {
  it.each(['1900-01-01T00:00:00', '1901-01-01T00:00:00', '0001-01-01T00:00:00', '1901-01-01T00:00:00Z', null])(
    'as the date %p is none',
    (date) => {
      expect(licenceFields({ end_date: date })).toEqual({ end_date: null });
    },
  );

  it.each([-1, 0, null, '0'])('as the site %p is none', (site) => {
    expect(licenceFields({ site_id: site })).toEqual({ site_id: null });
  });

  it('may be text for a number and the reverse', () => {
    expect(licenceFields({ count: '12', client_id: 12.0, tenant_id: 5, price: '3.50', is_active: 'true' })).toEqual({
      count: 12,
      client_id: '12',
      tenant_id: '5',
      price: '3.5',
      is_active: true,
    });
  });
});

describe('a customer as a new client', () => {
  const customer: Customer = {
    customerId: '77',
    name: ' Contoso  ',
    status: 'active',
    address: { street: '1 Main St', city: 'Reno', state: 'NV', postalCode: '89501', countryCode: 'us' },
    contact: { firstName: 'Ada', lastName: 'Byron', email: 'ada@contoso.example', phone: '1#775#5550100#12' },
  };

  it('has its main site, address and contact', () => {
    expect(psaForm().client(customer)).toEqual({
      name: 'Contoso',
      siteName: 'Main',
      address: { line1: '1 Main St', line3: 'Reno', line4: 'NV', postcode: '89501' },
      countryCode: 'US',
      contactName: 'Ada Byron',
      contactEmail: 'ada@contoso.example',
      phone: '+1 775 5550100 ext. 12',
    });
  });

  it('has neither address nor contact where the row carried none', () => {
    expect(psaForm().client({ customerId: '1', name: 'X', status: 'active' })).toEqual({ name: 'X', siteName: 'Main' });
    expect(psaForm().address({ customerId: '1', name: 'X', status: 'active' })).toBeUndefined();
  });

  it.each([
    ['81##18881234567#', '+81 18881234567'],
    ['1#555#1234567#', '+1 555 1234567'],
    ['+1 (555) 123-4567', '+1 (555) 123-4567'],
    ['###', undefined],
    ['', undefined],
  ])('reads the phone number %p as %p', (raw, expected) => {
    expect(readablePhone(raw)).toBe(expected);
  });
});
