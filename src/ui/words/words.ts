/** One thing and its names. A dash stands where a vendor has no word for it. */
export interface Word {
  here: string;
  ingram: string;
  halo: string;
  meaning: string;
}

export const WORDS: readonly Word[] = [
  { here: 'PSA instance', ingram: '–', halo: 'Instance', meaning: 'One HaloPSA that Isthmus writes to: your live one, say, or a trial.' },
  {
    here: 'Tenant',
    ingram: 'Reseller account',
    halo: 'Tenant',
    meaning: 'One connection to one marketplace account. It belongs to one PSA instance.',
  },
  {
    here: 'Marketplace',
    ingram: 'Marketplace',
    halo: 'Marketplace',
    meaning: 'The country’s store that the account buys in, such as us or uk.',
  },
  { here: 'Customer', ingram: 'Customer', halo: '–', meaning: 'An account in the marketplace that holds subscriptions.' },
  {
    here: 'Client',
    ingram: '–',
    halo: 'Client (Customer)',
    meaning: 'A customer’s record in HaloPSA. It hangs under a top level and has a main site.',
  },
  { here: 'Mapping', ingram: '–', halo: 'Mapping', meaning: '“This customer is that client.”' },
  {
    here: 'Subscription',
    ingram: 'Subscription',
    halo: 'Subscription',
    meaning: 'What a customer holds: one or more product lines with quantity, cost, term and dates.',
  },
  {
    here: 'Line',
    ingram: 'Product of a subscription',
    halo: '–',
    meaning: 'One product in a subscription. Each becomes one record in HaloPSA.',
  },
  {
    here: 'Halo subscription',
    ingram: '–',
    halo: 'Subscription (software licence)',
    meaning: 'A line’s record on the client in HaloPSA, also called licence.',
  },
  { here: 'Link', ingram: '–', halo: '–', meaning: '“This line is kept in that Halo subscription.”' },
  {
    here: 'Product',
    ingram: 'Product, MPN',
    halo: 'SKU',
    meaning: 'What a line is of: manufacturer, MPN, term and billing period together.',
  },
  {
    here: 'Term',
    ingram: 'Subscription period',
    halo: 'Term duration',
    meaning: 'How long a subscription is agreed for: a month, a year, three years.',
  },
  { here: 'Billing period', ingram: 'Billing period', halo: 'Billing cycle', meaning: 'How often it is charged.' },
  { here: 'Unit cost', ingram: 'Reseller’s cost', halo: 'Purchase price', meaning: 'What you pay for one unit and billing period.' },
  { here: 'Unit price', ingram: 'Customer’s price', halo: 'Price', meaning: 'What your customer pays for one unit and billing period.' },
  {
    here: 'Import',
    ingram: '–',
    halo: 'Import',
    meaning: 'One run that looks at both sides and writes the difference into HaloPSA. A preview stops before writing.',
  },
  { here: 'Change', ingram: '–', halo: '–', meaning: 'One thing an import does in HaloPSA, with the record before and after.' },
  { here: 'Skip', ingram: '–', halo: '–', meaning: 'One thing an import left alone, with the reason.' },
  {
    here: 'Adopt',
    ingram: '–',
    halo: '–',
    meaning: 'Say that a line is kept in a Halo subscription that is there already, so that its invoice line lives on.',
  },
  {
    here: 'Guard',
    ingram: '–',
    halo: '–',
    meaning: 'Holds changes of the integrator that take away or create more at once than you allow, until a person approves them.',
  },
  {
    here: 'Integrator',
    ingram: '–',
    halo: 'Halo Integrator',
    meaning: 'The daily schedule. It runs in Isthmus: Halo’s own program of that name calls no third party.',
  },
];
