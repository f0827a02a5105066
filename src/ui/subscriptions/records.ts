import type { LicenceView, MoneyView, SubscriptionLineView } from '../api/generated.js';
import { amountText, countText } from '../shown/numbers.js';
import { dayText } from '../shown/times.js';
import { durationText } from './durations.js';
import { STATUSES } from './states.js';

/** One field of a line in both vendors' records. Null where a record does not say. */
export interface Field {
  label: string;
  marketplace: string | null;
  halo: string | null;
  /** Whether imports keep the two the same. */
  kept: boolean;
}

const day = (date: string | null): string | null => (date === null ? null : dayText(date));
const yes = (value: boolean | null): string | null => (value === null ? null : value ? 'Yes' : 'No');
const count = (value: number | null): string | null => (value === null ? null : countText(value));
const length = (iso: string | null): string | null => (iso === null ? null : durationText(iso));
const CYCLES: Record<string, string> = { Monthly: '1 month', Annual: '1 year' };

/** Both records, field by field. Names and prices belong to the people in Halo once the record exists. */
export function fieldsOf(line: SubscriptionLineView, licence: LicenceView | undefined): Field[] {
  const cost = (amount: string | null | undefined): string | null => (amount == null ? null : amountText(amount));
  // HaloPSA says no currency.
  const money = (amount: MoneyView | null): string | null => amount && `${amountText(amount.amount)} ${amount.currency}`;
  const ends = line.expirationDate ?? line.renewalDate;
  const cycle = licence?.billingPeriod ?? null;
  return [
    { label: 'Name', marketplace: line.product.name, halo: licence?.name ?? null, kept: false },
    { label: 'Manufacturer', marketplace: line.product.manufacturer, halo: licence?.manufacturer ?? null, kept: false },
    { label: 'MPN', marketplace: line.product.mpn, halo: licence?.mpn ?? null, kept: true },
    { label: 'Quantity', marketplace: count(line.quantity), halo: count(licence?.quantity ?? null), kept: true },
    { label: 'Term', marketplace: length(line.term), halo: length(licence?.term ?? null), kept: true },
    { label: 'Billed every', marketplace: length(line.billingPeriod), halo: cycle && (CYCLES[cycle] ?? durationText(cycle)), kept: true },
    { label: 'Start', marketplace: day(line.startDate), halo: day(licence?.startDate ?? null), kept: true },
    { label: 'Ends or renews', marketplace: day(ends), halo: day(licence?.endDate ?? null), kept: true },
    { label: 'Auto-renew', marketplace: yes(line.autoRenew), halo: yes(licence?.autoRenew ?? null), kept: true },
    { label: 'Status', marketplace: STATUSES[line.status].label, halo: licence?.status ?? null, kept: false },
    { label: 'Unit cost', marketplace: money(line.unitCost), halo: cost(licence?.unitCost), kept: false },
    { label: 'Unit price', marketplace: money(line.unitPrice), halo: cost(licence?.unitPrice), kept: false },
  ];
}

/** Whether an import would find something to do, as far as the two records tell. */
export function differs({ kept, marketplace, halo }: Field): boolean {
  return kept && marketplace !== null && marketplace !== halo;
}
