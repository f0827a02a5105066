import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import type { SubscriptionLineView } from '../api/generated.js';
import { amountText, countText } from '../shown/numbers.js';
import { dayText, When } from '../shown/times.js';
import type { Column } from '../table/columns.js';
import { durationText } from './durations.js';
import { lineAddress } from './filters.js';
import { LineStateBadge, StatusBadge } from './states.js';

type Line = SubscriptionLineView;

const day = (date: string | null) => (date === null ? '' : dayText(date));
const yes = (value: boolean | null) => (value === null ? '' : value ? 'Yes' : 'No');

/** Everything that the table of subscriptions can show. */
export const COLUMNS: readonly Column<Line>[] = [
  {
    id: 'product',
    header: 'Product',
    width: 165,
    sorts: true,
    cell: (line) => (
      <Anchor component={Link} href={lineAddress(line)} size="sm" title={line.product.name ?? undefined}>
        {line.product.name ?? `Subscription ${line.subscriptionId}`}
      </Anchor>
    ),
  },
  { id: 'customer', header: 'Customer', width: 135, sorts: true, cell: (line) => line.customerName ?? line.customerId },
  { id: 'client', header: 'Client', width: 130, sorts: true, cell: (line) => line.clientName ?? line.clientId ?? '' },
  {
    id: 'quantity',
    header: 'Quantity',
    width: 92,
    sorts: true,
    numeric: true,
    cell: ({ quantity }) => (quantity === null ? '' : countText(quantity)),
  },
  { id: 'term', header: 'Term', width: 82, cell: ({ term }) => durationText(term) },
  { id: 'billingPeriod', header: 'Billed', width: 100, hidden: true, cell: ({ billingPeriod }) => durationText(billingPeriod) },
  { id: 'renewalDate', header: 'Renewal', width: 106, sorts: true, cell: ({ renewalDate }) => day(renewalDate) },
  { id: 'autoRenew', header: 'Auto-renew', width: 100, sorts: true, cell: ({ autoRenew }) => yes(autoRenew) },
  { id: 'status', header: 'Status', width: 106, sorts: true, cell: ({ status }) => <StatusBadge status={status} /> },
  { id: 'state', header: 'In Halo', width: 108, sorts: true, cell: ({ state }) => <LineStateBadge state={state} /> },
  {
    id: 'unitCost',
    header: 'Cost',
    width: 72,
    sorts: true,
    numeric: true,
    cell: ({ unitCost }) => unitCost && amountText(unitCost.amount),
  },
  {
    id: 'unitPrice',
    header: 'Price',
    width: 72,
    sorts: true,
    numeric: true,
    cell: ({ unitPrice }) => unitPrice && amountText(unitPrice.amount),
  },
  { id: 'currency', header: 'Currency', width: 80, cell: ({ unitCost, unitPrice }) => currencyOf(unitCost?.currency, unitPrice?.currency) },
  { id: 'manufacturer', header: 'Manufacturer', width: 140, hidden: true, cell: ({ product }) => product.manufacturer },
  { id: 'mpn', header: 'MPN', width: 160, hidden: true, cell: ({ product }) => product.mpn },
  { id: 'subscriptionId', header: 'Subscription id', width: 140, hidden: true, sorts: true, cell: ({ subscriptionId }) => subscriptionId },
  { id: 'licenceId', header: 'Halo subscription id', width: 160, hidden: true, cell: ({ licenceId }) => licenceId },
  { id: 'startDate', header: 'Start', width: 120, hidden: true, cell: ({ startDate }) => day(startDate) },
  { id: 'expirationDate', header: 'Expiration', width: 120, hidden: true, cell: ({ expirationDate }) => day(expirationDate) },
  { id: 'readAt', header: 'Read', width: 140, hidden: true, cell: ({ readAt }) => <When at={readAt} /> },
];

/** Cost and price have one as a rule. */
function currencyOf(cost: string | undefined, price: string | undefined): string {
  return [...new Set([cost, price].filter((currency) => currency !== undefined))].join(' / ');
}
