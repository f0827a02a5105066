import { Button } from '@mantine/core';
import { useCallback, useMemo } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import type { SubscriptionLineView } from '../api/generated.js';
import { Screen } from '../shell/screen.js';
import { Empty } from '../states/empty.js';
import { ChooseColumns, useVisibleColumns } from '../table/choose-columns.js';
import { DataTable } from '../table/data-table.js';
import { COLUMNS } from './columns.js';
import { FilterBar } from './filter-bar.js';
import { csvAddress, filtersOf, lineAddress, sortOf } from './filters.js';
import { linesSource, type Sort } from './queries.js';

/** Everything imported, of all tenants. */
export default function SubscriptionsScreen() {
  const [parameters, setParameters] = useSearchParams();
  const [, go] = useLocation();
  const [visible, show] = useVisibleColumns('subscriptions', COLUMNS);
  const [filters, sort] = useMemo(() => [filtersOf(parameters), sortOf(parameters)], [parameters]);
  const source = useMemo(() => linesSource(filters, sort), [filters, sort]);
  const open = useCallback((line: SubscriptionLineView) => go(lineAddress(line)), [go]);
  const change = (changes: Record<string, string>): void =>
    setParameters(
      (before) => {
        const after = new URLSearchParams(before);
        for (const [name, value] of Object.entries(changes)) {
          if (value === '') after.delete(name);
          else after.set(name, value);
        }
        return after;
      },
      { replace: true },
    );
  const narrowed = Object.keys(filters).length > 0;
  return (
    <Screen
      title="Subscriptions"
      about="Every product line of every subscription, as the marketplace last showed it. Costs and prices are per unit and billing period."
      actions={
        <>
          <ChooseColumns columns={COLUMNS} visible={visible} onChange={show} />
          <Button component="a" href={csvAddress(filters)} download="subscriptions.csv" variant="default">
            CSV
          </Button>
        </>
      }
    >
      <FilterBar filters={filters} onChange={change} />
      <DataTable
        label="Subscriptions"
        columns={COLUMNS}
        visibility={visible}
        source={source}
        rowId={({ tenantId, subscriptionId, line }) => `${tenantId} ${subscriptionId} ${line ?? ''}`}
        sort={sort}
        onSort={(next: Sort) => change({ sort: next === null ? '' : `${next.desc ? '-' : ''}${next.id}` })}
        onOpen={open}
        empty={
          narrowed ? (
            <Empty title="No subscription fits">Take a filter away, or search for something else.</Empty>
          ) : (
            <Empty title="Nothing was imported yet">Subscriptions appear here with a tenant’s first import or preview.</Empty>
          )
        }
      />
    </Screen>
  );
}
