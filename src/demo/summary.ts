import { styleText } from 'node:util';
import type { DemoChange, DemoImport, DemoSkip } from './api.js';

/** What each reason means, and what a person does about it. */
const REASONS: Record<string, string> = {
  ended: 'over in the marketplace; an import by hand ends nothing',
  suggested_customer: 'a client has nearly this name: accept it, or say create',
  ambiguous_customer: 'more than one bears this name: map it',
  unmapped_customer: 'no client, and none is created for it',
  broken_mapping: 'its client is gone: map it again',
  ignored: 'somebody said to ignore it',
  already_in_psa: 'Halo has it from elsewhere: adopt it, or create anyway',
  no_product: 'nothing to count or bill',
  pending: 'not in force yet',
  unknown_term: 'a term of no known length: ask the vendor',
  fractional: 'a fraction of a seat: Halo counts whole ones',
  invalid: 'could not be understood: ask the vendor',
  unknown_customer: 'its customer is not shown',
  successor: 'perhaps a renewal: link it, or create anyway',
  duplicate_key: 'two licences carry its key: clear one',
  deleted_in_psa: 'its licence was deleted in Halo',
  does_not_stick: 'Halo undoes the change',
  trial: 'a trial',
  client_failed: 'its client could not be created',
};

const bold = (text: string): string => styleText('bold', text, { stream: process.stdout });
const dim = (text: string): string => styleText('dim', text, { stream: process.stdout });
const green = (text: string): string => styleText('green', text, { stream: process.stdout });
const yellow = (text: string): string => styleText('yellow', text, { stream: process.stdout });

function line(count: number, what: string, more = ''): string {
  return `    ${(count > 0 ? bold : dim)(String(count).padStart(5))}  ${count > 0 ? what.padEnd(22) : dim(what.padEnd(22))}${dim(more)}`;
}

function countsOf({ counts }: DemoImport, preview: boolean): string[] {
  const { clients, licences } = counts;
  const be = preview ? 'would be ' : '';
  return [
    '  Clients',
    line(clients.linked, `${be}linked`, 'a customer and a client of exactly the same name'),
    line(clients.created, `${be}created`, 'under the top level, with main site, address and contact'),
    line(clients.updated, `${be}updated`, 'their main site’s address'),
    '  Subscriptions on the clients’ records',
    line(licences.created, `${be}created`, 'product, quantity, term, cost and dates'),
    line(licences.updated + licences.reactivated + licences.rekeyed, `${be}updated`),
    line(licences.unchanged, 'unchanged'),
  ];
}

/** A count, or a dash for none. */
function some(count: number): string {
  return count === 0 ? dim('–'.padStart(5)) : yellow(String(count).padStart(5));
}

function skipsOf(skips: readonly DemoSkip[]): string[] {
  const groups = Object.entries(Object.groupBy(skips, (skip) => skip.reason)).map(([reason, rows = []]) => ({
    reason,
    customers: rows.filter((skip) => skip.entity === 'customer').length,
    subscriptions: rows.filter((skip) => skip.entity === 'subscription').length,
  }));
  const rows = groups
    .toSorted((a, b) => b.customers + b.subscriptions - (a.customers + a.subscriptions))
    .map(
      ({ reason, customers, subscriptions }) =>
        `    ${some(customers)}  ${some(subscriptions)}  ${reason.padEnd(20)}${dim(REASONS[reason] ?? '')}`,
    );
  return ['  Left alone: customers, subscriptions, and why', ...(rows.length > 0 ? rows : ['        nothing'])];
}

function exampleOf(changes: readonly DemoChange[]): string[] {
  const example = changes.find((change) => change.entity === 'licence' && change.action === 'create');
  if (!example) return [];
  const { name, count, term_duration: term, billing_cycle: cycle, purchase_price: cost, end_date: end } = example.after;
  return [
    '',
    `  One of them   ${String(name)}: ${String(count)} × ${String(cost)}, term ${String(term)}, billed ${String(cycle).toLowerCase()}, until ${String(end)}`,
    `                licence ${example.psaId ?? '?'} at client ${String(example.after['client_id'])} in the sandbox’s Halo`,
  ];
}

export interface SummaryParts {
  preview: DemoImport;
  import: DemoImport;
  changes: readonly DemoChange[];
  skips: readonly DemoSkip[];
  seconds: { preview: number; import: number };
  serviceUrl: string;
  psaUrl: string;
  tenantId: string;
  token: string;
  /** Signs a browser in, once. */
  signInLink: string;
}

export function previewText(preview: DemoImport, seconds: number): string {
  return [
    '',
    `${bold('Preview')} ${dim(`in ${seconds.toFixed(1)} s; nothing was written`)}`,
    ...countsOf(preview, true),
    line(preview.counts.skipped, 'would be left alone', 'with a reason each, below'),
    '',
  ].join('\n');
}

/** What the import did, in words. */
export function importText(parts: SummaryParts): string {
  const { counts, calls, state, error } = parts.import;
  const good = state.startsWith('succeeded');
  // A client that reads every live subscription and writes every record by itself.
  const oneByOne = counts.clients.created + counts.licences.created + counts.licences.updated;
  return [
    `${bold('Import')} ${good ? green(state.replaceAll('_', ' ')) : yellow(state)} ${dim(`in ${parts.seconds.import.toFixed(1)} s`)}`,
    ...(error ? [`  ${error.message}`] : []),
    ...parts.import.remarks.map((remark) => `  ${remark}`),
    ...countsOf(parts.import, false),
    ...(counts.failed > 0 ? [line(counts.failed, 'failed')] : []),
    ...skipsOf(parts.skips),
    '  Calls',
    line(calls.marketplace, 'to the marketplace', `after the preview’s ${parts.preview.calls.marketplace}: what was read is kept`),
    line(calls.psa, 'to HaloPSA', `writing one by one would have taken ${oneByOne} calls beside the looks`),
    ...exampleOf(parts.changes),
    '',
  ].join('\n');
}

/** Where to go from here. `stays` is false when everything stops now. */
export function nextText({ serviceUrl, psaUrl, tenantId, token, signInLink, import: done }: SummaryParts, stays: boolean): string {
  if (!stays) return dim('  Stopped: --once. Without it everything stays up to look around.\n');
  const get = (path: string): string => `curl -s -H "Authorization: Bearer $TOKEN" "${serviceUrl}/api/v1${path}"`;
  return [
    bold('Look around'),
    `    ${signInLink}   ${dim('signs a browser in, once')}`,
    `    TOKEN=${token}`,
    `    ${get(`/imports/${done.id}/changes?limit=5`)}`,
    `    ${get(`/imports/${done.id}/skips?reason=suggested_customer`)}`,
    `    ${get(`/tenants/${tenantId}/customers?state=ambiguous`)}`,
    `    curl -s ${psaUrl}/sandbox/psa/licences      ${dim('what the sandbox’s Halo holds')}`,
    `    curl -s ${psaUrl}/sandbox/calls             ${dim('what both vendors were asked')}`,
    `    ${serviceUrl}/docs                  ${dim('every route (signed in, or with the token)')}`,
    '',
    dim('  Ctrl-C stops it and takes everything away again.'),
    '',
  ].join('\n');
}
