import { addPeriods } from './days.js';
import type { Span } from './days.js';

export interface Offer {
  subscriptionPeriod: Span;
  billingPeriod: Span;
  billingModel: string;
  /** Per unit and billing period. */
  price: number;
  cost: number;
}

/** A thing that is sold, with every combination of term and billing it is sold in. */
export interface CatalogueProduct {
  mpn: string;
  vendor: string;
  id: string;
  name: string;
  serviceName: string;
  microsoft: boolean;
  offers: Offer[];
}

export const MONTH: Span = { type: 'month', duration: 1 };
export const YEAR: Span = { type: 'year', duration: 1 };
const THREE_YEARS: Span = { type: 'year', duration: 3 };

type Terms = 'nce' | 'nce-long' | 'legacy-month' | 'legacy-annual' | 'monthly' | 'annual';
type Row = [mpn: string, name: string, monthlyPrice: number, terms: Terms, vendor?: string, service?: string];

const MICROSOFT: Row[] = [
  ['CFQ7TTC0LCHC:0002', 'Microsoft 365 Business Premium', 22, 'nce'],
  ['CFQ7TTC0LH18:0001', 'Microsoft 365 Business Basic', 6, 'nce'],
  ['CFQ7TTC0LDPB:0001', 'Microsoft 365 Business Standard', 12.5, 'nce'],
  ['CFQ7TTC0LH1G:0001', 'Microsoft 365 Apps for Business', 8.25, 'nce'],
  ['CFQ7TTC0LF8R:0001', 'Microsoft 365 E3', 36, 'nce-long'],
  ['CFQ7TTC0LFLZ:0002', 'Microsoft 365 E5', 57, 'nce-long'],
  ['CFQ7TTC0LH05:0001', 'Microsoft 365 F3', 8, 'nce'],
  ['CFQ7TTC0LF8Q:0001', 'Office 365 E1', 10, 'nce'],
  ['CFQ7TTC0LF8S:0002', 'Office 365 E3', 23, 'nce-long'],
  ['CFQ7TTC0LH16:0001', 'Exchange Online (Plan 1)', 4, 'nce'],
  ['CFQ7TTC0LH1P:0001', 'Exchange Online (Plan 2)', 8, 'nce'],
  ['CFQ7TTC0LH0T:0001', 'Exchange Online Archiving for Exchange Online', 3, 'nce'],
  ['CFQ7TTC0LFLS:0002', 'Microsoft Entra ID P1', 6, 'nce'],
  ['CFQ7TTC0LFK5:0001', 'Microsoft Entra ID P2', 9, 'nce'],
  ['CFQ7TTC0LCH4:0009', 'Microsoft Intune Plan 1', 8, 'nce'],
  ['CFQ7TTC0LHSF:0001', 'Power BI Pro', 10, 'nce'],
  ['CFQ7TTC0HD32:0002', 'Visio Plan 2', 15, 'nce'],
  ['CFQ7TTC0HDB1:0002', 'Project Plan 3', 30, 'nce'],
  ['CFQ7TTC0LH0Z:0001', 'Microsoft Teams Phone Standard', 8, 'nce'],
  ['CFQ7TTC0JN4R:0002', 'Microsoft Teams Rooms Pro', 40, 'nce'],
  ['CFQ7TTC0LGV0:0001', 'Microsoft Defender for Office 365 (Plan 1)', 2, 'nce'],
  ['CFQ7TTC0MM8R:0002', 'Microsoft 365 Copilot', 30, 'nce-long'],
  ['CFQ7TTC0LSGZ:0001', 'Dynamics 365 Sales Professional', 65, 'nce'],
  ['031c9e47-4802-4248-838e-778fb1d2cc05', 'Office 365 Business Essentials (legacy)', 5, 'legacy-month'],
  ['bd938f12-058f-4927-bba3-ae36b1d2501c_ANNUAL', 'Office 365 Business Essentials (legacy, annual)', 5, 'legacy-annual'],
  ['2f707c7c-2433-49a5-a437-9ca7cf40d3eb', 'Exchange Online Plan 2 (legacy)', 8, 'legacy-month'],
  ['195416c1-3447-423a-b37b-ee59a99a19c4_ANNUAL', 'Exchange Online Plan 1 (legacy, annual)', 4, 'legacy-annual'],
];

const OTHERS: Row[] = [
  ['SPBAMSENS', 'Acronis Cyber Protect Cloud - Workstation', 4.5, 'monthly', 'Acronis', 'Acronis Cyber Cloud'],
  ['SPCAMSENS', 'Acronis Cyber Protect Cloud - Server', 14.75, 'monthly', 'Acronis', 'Acronis Cyber Cloud'],
  ['SQEAMSENS', 'Acronis Advanced Email Security', 1.8, 'monthly', 'Acronis', 'Acronis Cyber Cloud'],
  ['DBX-BUS-ADV-Y', 'Dropbox Business Advanced', 20, 'annual', 'Dropbox', 'Dropbox Business'],
  ['DBX-BUS-STD-Y', 'Dropbox Business Standard', 12.5, 'annual', 'Dropbox', 'Dropbox Business'],
  ['AVP-CB-M365', 'AvePoint Cloud Backup for Microsoft 365', 3.25, 'monthly', 'AvePoint', 'AvePoint Online Services'],
  ['BD-GZ-MSP-SEC', 'Bitdefender GravityZone Cloud MSP Security', 1.95, 'monthly', 'Bitdefender', 'Bitdefender GravityZone'],
  ['CSC-UMB-DNS-ESS', 'Cisco Umbrella DNS Essentials', 2.4, 'annual', 'Cisco', 'Cisco Umbrella'],
  ['DUO-ADV-SUB', 'Duo Advantage', 6, 'annual', 'Cisco', 'Duo Security'],
  ['PFPT-ESS-PRO', 'Proofpoint Essentials Professional', 3.6, 'monthly', 'Proofpoint', 'Proofpoint Essentials'],
  ['TM-WFBS-ADV', 'Trend Micro Worry-Free Services Advanced', 2.85, 'monthly', 'Trend Micro', 'Worry-Free Services'],
  ['SKYKICK-BKP', 'SkyKick Cloud Backup', 2.5, 'monthly', 'SkyKick', 'SkyKick Cloud Manager'],
  ['GWS-BUS-STD', 'Google Workspace Business Standard', 12, 'annual', 'Google', 'Google Workspace'],
];

const COMBINATIONS: Record<Terms, [term: Span, billing: Span, surcharge: number][]> = {
  nce: [[YEAR, MONTH, 1], [YEAR, YEAR, 1], [MONTH, MONTH, 1.2]],
  'nce-long': [[YEAR, MONTH, 1], [YEAR, YEAR, 1], [MONTH, MONTH, 1.2], [THREE_YEARS, MONTH, 0.95], [THREE_YEARS, YEAR, 0.95]],
  'legacy-month': [[YEAR, MONTH, 1]],
  'legacy-annual': [[YEAR, YEAR, 1]],
  monthly: [[MONTH, MONTH, 1]],
  annual: [[YEAR, YEAR, 1], [YEAR, MONTH, 1.05]],
}; // prettier-ignore

/** The reseller's share: what the product costs of what it is sold for. */
const COST_SHARE = 0.85;

function offer(monthlyPrice: number, [term, billing, surcharge]: [Span, Span, number]): Offer {
  const months = billing.type === 'year' ? 12 * billing.duration : billing.duration;
  const price = monthlyPrice * surcharge * months;
  const billingModel =
    billing.type === term.type && billing.duration === term.duration ? 'chargeBeforeSubscriptionPeriod' : 'chargeBeforeBillingPeriod';
  return { subscriptionPeriod: { ...term }, billingPeriod: { ...billing }, billingModel, price, cost: price * COST_SHARE };
}

/** Everything the sandbox's marketplace sells: Microsoft as NCE and legacy, and other makers. */
export const CATALOGUE: readonly CatalogueProduct[] = [...MICROSOFT, ...OTHERS].map(
  ([mpn, name, price, terms, vendor, service], index) => ({
    mpn,
    vendor: vendor ?? 'Microsoft',
    id: `PRD${326_500 + index * 7}`,
    name,
    serviceName: service ?? 'Microsoft 365',
    microsoft: vendor === undefined,
    offers: COMBINATIONS[terms].map((combination) => offer(price, combination)),
  }),
);

/** Products sold by the month: those that roll over into new subscription ids. */
export const MONTHLY = CATALOGUE.filter((product) => product.offers.some(isMonthly));

export function isMonthly(offer: Offer): boolean {
  return offer.subscriptionPeriod.type === 'month';
}

/** The day a term that began on `from` ends, once `today` has come: the first end that is still ahead. */
export function nextEnd(from: string, term: Span, today: string): string {
  for (let count = 1; ; count += 1) {
    const end = addPeriods(from, term, count);
    if (end > today) return end;
  }
}
