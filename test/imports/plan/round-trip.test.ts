import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decimal, type SubscriptionLine } from '../../../src/domain/index.js';
import type { LicenceCreateChange } from '../../../src/imports/plan/input.js';
import { psaForm } from '../../../src/psa/index.js';
import { licenceFromWire, licenceToWire } from '../../../src/psa/licence.js';
import { client, customer, mapped, plan, subscription, world, type World } from './world.js';

/** Text as the marketplace's client gives it: trimmed, not empty; otherwise anything that a vendor or customer may have typed. */
const anyText = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      'A & B',
      '<b>Bold</b>',
      '&lt;b&gt;',
      '&amp;lt;',
      'O\'Brien "Bob"',
      'x'.repeat(700),
      '🙂'.repeat(260),
      'tab\there',
      'a  b',
      '<',
      'a<b>c',
      '&#60;script>',
      'é'.normalize('NFD'),
    ),
  )
  .map((text) => text.toWellFormed().replaceAll('\0', '').trim())
  .filter((text) => text !== '');
const maybeText = fc.option(anyText, { nil: undefined });

const anyAmount = fc.oneof(
  fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 18n }), fc.nat(8)).map(([digits, scale]) => decimal(`${digits}e-${scale}`)!),
  fc.constantFrom('0', '0.1', '11.3333', '0.30000000000000004', '123456789012.123456', '0.0000001'),
);
const maybeMoney = fc.option(fc.record({ amount: anyAmount, currency: fc.constantFrom('USD', 'EUR') }), { nil: undefined });

const maybeDay = fc.option(
  fc.date({ min: new Date('1902-01-01'), max: new Date('9998-12-31'), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)),
  { nil: undefined },
);
const anyPeriod = fc.record({ type: fc.constantFrom('day', 'month', 'year'), duration: fc.integer({ min: 1, max: 100_000 }) });

const anyDetail = fc
  .record({
    name: maybeText,
    status: fc.constantFrom('active', 'hold'),
    autoRenew: fc.option(fc.boolean(), { nil: undefined }),
    creationDate: maybeDay,
    renewalDate: maybeDay,
    expirationDate: maybeDay,
    billingPeriod: fc.option(anyPeriod, { nil: undefined }),
    subscriptionPeriod: anyPeriod,
    microsoftTenantId: maybeText,
    microsoftDomain: maybeText,
    lines: fc.uniqueArray(
      fc.record({
        mpn: anyText,
        manufacturer: maybeText,
        name: maybeText,
        quantity: fc.integer({ min: 0, max: 2_147_483_647 }),
        unitCost: maybeMoney,
        unitPrice: maybeMoney,
      }),
      { minLength: 1, maxLength: 2, selector: (line) => line.mpn },
    ),
  })
  .map(({ lines, ...rest }) =>
    subscription(
      '100',
      '1',
      lines.map((line): SubscriptionLine => ({ line: line.mpn, ...line })),
      rest as object,
    ),
  );

/** How a Halo shows what it stored. */
const anyHalo = fc.record({
  empty: fc.constantFrom('1900-01-01T00:00:00', '1901-01-01T00:00:00', '0001-01-01T00:00:00', null),
  zone: fc.constantFrom('', 'Z', '.000Z'),
  escapes: fc.boolean(),
  /** Columns without a value may also be left out of the row. */
  nothing: fc.constantFrom('', null, undefined),
});
type Halo = typeof anyHalo extends fc.Arbitrary<infer T> ? T : never;

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const TEXTS = [
  'name',
  'term_duration',
  'billing_cycle',
  'status',
  'vendor_product_sku',
  'product_sku',
  'manufacturer',
  'tenant_id',
  'tenant_name',
  'snowid',
];

/** The record as it comes back over the wire after these fields were written, with all that was not written in Halo's own "none". */
function shownBy(halo: Halo, id: number, written: object): Record<string, unknown> {
  const sent = JSON.parse(JSON.stringify(written)) as Record<string, unknown>;
  const shown: Record<string, unknown> = {
    id,
    deleted: false,
    azure_connection_id: 0,
    count: 0,
    price: 0,
    purchase_price: 0,
    autorenew: false,
    supplier_id: 0,
    client_id: 1,
    site_id: 0,
    is_active: true,
  };
  for (const name of TEXTS) shown[name] = halo.nothing;
  for (const name of ['start_date', 'end_date']) shown[name] = halo.nothing === undefined ? undefined : halo.empty;
  for (const [name, value] of Object.entries(sent)) {
    if (name.endsWith('_date'))
      shown[name] = halo.nothing === undefined && String(value) < '1902' ? undefined : `${String(value)}${halo.zone}`;
    else if (typeof value === 'string' && value === '') shown[name] = halo.nothing;
    else if (halo.escapes && (name === 'name' || name.endsWith('_name')))
      shown[name] = String(value).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
    else shown[name] = value;
  }
  return shown;
}

const SETTINGS = { prices: 'always', names: 'always', trials: 'import', followRenewals: true, rereadWithinDays: 7 } as const;

describe('What was written and read back', () => {
  const state = (parts: Partial<World>): World =>
    world({
      customers: [customer('1', 'Contoso')],
      clients: [client('1', 'Contoso')],
      mappings: [mapped('1', '1')],
      settings: SETTINGS,
      ...parts,
    });

  it('is what was planned: nothing flaps, whatever the texts, amounts and dates, and however Halo shows them', () => {
    fc.assert(
      fc.property(anyDetail, anyHalo, fc.constantFrom(undefined, 'USD'), (detail, halo, currency) => {
        const form = psaForm(currency === undefined ? {} : { currency });
        const first = plan(state({ subscriptions: [detail] }), { form });
        const creates = first.changes.filter(
          (change): change is LicenceCreateChange => change.entity === 'licence' && change.action === 'create',
        );
        const licences = creates.map((change, at) => {
          const read = licenceFromWire(shownBy(halo, at + 1, licenceToWire(change.fields)));
          if ('reason' in read) throw new Error(read.reason);
          return read;
        });
        expect(licences.length).toBe(detail.lines.length);
        for (const remembered of [true, false]) {
          const links = remembered
            ? creates.map((change, at) => ({ subscriptionId: '100', line: change.line, licenceId: String(at + 1), createAnyway: false }))
            : [];
          const again = plan(state({ subscriptions: [detail], licences, links }), { form });
          expect(again.changes).toEqual([]);
          expect(again.skips).toEqual([]);
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('is what was planned for a change of an existing licence, too', () => {
    fc.assert(
      fc.property(anyDetail, anyDetail, anyHalo, (before, after, halo) => {
        const form = psaForm({});
        const was = plan(state({ subscriptions: [before] }), { form }).changes.filter(
          (change): change is LicenceCreateChange => change.entity === 'licence' && change.action === 'create',
        );
        const shown = was.map((change, at) => shownBy(halo, at + 1, licenceToWire(change.fields)));
        const read = (rows: Record<string, unknown>[]): World['licences'] =>
          rows.map((row) => licenceFromWire(row) as World['licences'][number]);
        const lines = before.lines.map((line, at) => ({ ...line, ...after.lines[at], line: line.line, mpn: line.mpn }) as SubscriptionLine);
        const changed = { ...after, lines };
        const links = was.map((change, at) => ({
          subscriptionId: '100',
          line: change.line,
          licenceId: String(at + 1),
          createAnyway: false,
        }));
        const update = plan(state({ subscriptions: [changed], licences: read(shown), links }), { form });
        for (const change of update.changes) {
          if (change.entity !== 'licence' || change.action === 'create') throw new Error('only updates are expected');
          const at = Number(change.psaId) - 1;
          const { id: _id, ...written } = licenceToWire(change.fields, change.psaId);
          shown[at] = {
            ...shown[at],
            ...Object.fromEntries(Object.entries(shownBy(halo, at + 1, written)).filter(([name]) => name in written)),
          };
        }
        expect(plan(state({ subscriptions: [changed], licences: read(shown), links }), { form }).changes).toEqual([]);
      }),
      { numRuns: 800 },
    );
  });

  it('of a customer’s name is a client that is found again by it', () => {
    fc.assert(
      fc.property(anyText, (name) => {
        const made = plan(state({ customers: [customer('1', name)], clients: [], mappings: [] }));
        const [create] = made.changes;
        if (create?.entity !== 'client' || create.action !== 'create') throw new Error('a client is expected');
        const there = client('1', create.client.name, { ref: create.client.ref });
        const again = plan(state({ customers: [customer('1', name)], clients: [there], mappings: [] }));
        expect(again.changes).toMatchObject([{ entity: 'client', action: 'link', psaId: '1' }]);
      }),
      { numRuns: 500 },
    );
  });
});
