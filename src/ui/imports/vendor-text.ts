import type { SkipView, TenantView } from '../api/generated.js';

type Account = Pick<TenantView, 'marketplace' | 'accountId' | 'username'>;

/** What to ask Ingram Micro about a record that could not be imported, with what their support needs to find it. */
export function vendorText({ entity, marketplaceId, line, customerId, customerName, detail }: SkipView, account: Account): string {
  const facts = [
    ['Marketplace', account.marketplace],
    ['Reseller account', account.accountId],
    ['API user', account.username],
    ['Customer', [customerName, entity === 'customer' ? marketplaceId : customerId].filter(Boolean).join(', id ')],
    ['Subscription', entity === 'subscription' ? marketplaceId : null],
    ['Product (MPN)', line],
  ];
  return [
    `We read our ${entity === 'customer' ? 'customers' : 'subscriptions'} with the Marketplace API, and cannot use this record.`,
    '',
    ...facts.flatMap(([label, value]) => (value === null || value === undefined || value === '' ? [] : [`${label}: ${value}`])),
    '',
    `What is wrong: ${detail}`,
    '',
    'Please look at the record and tell us what it should say, or put it right.',
  ].join('\n');
}
