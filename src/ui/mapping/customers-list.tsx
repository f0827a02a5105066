import { Skeleton } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useRef } from 'react';
import type { CustomerView } from '../api/generated.js';
import { Loading } from '../states/loading.js';
import { ProblemAlert } from '../states/problem.js';
import { type PagedSource, usePagedRows, useTotal } from '../table/paged-rows.js';
import classes from './mapping.module.css';

const ROW_HEIGHT = 68;

/** A tenant's customers as a list of which only the part in view is in the document. */
export function CustomersList({
  source,
  empty,
  renderRow,
}: {
  source: PagedSource<CustomerView>;
  empty: ReactNode;
  renderRow: (customer: CustomerView, place: { index: number; total: number; top: number }) => ReactNode;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const total = useTotal(source);
  const virtualizer = useVirtualizer({
    count: total ?? 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 6,
  });
  const items = virtualizer.getVirtualItems();
  const rows = usePagedRows(source, items[0]?.index ?? 0, items.at(-1)?.index ?? 0);
  if (total === undefined) return rows.error ? <ProblemAlert error={rows.error} retry={rows.retry} /> : <Loading rows={8} />;
  if (total === 0) return <>{empty}</>;
  return (
    <>
      {rows.error && <ProblemAlert error={rows.error} retry={rows.retry} />}
      <div ref={scroller} className={classes.customers} role="region" aria-label="Customers in the marketplace" tabIndex={0}>
        <ul className={classes.rows} style={{ height: virtualizer.getTotalSize() }} aria-label="Customers">
          {items.map(({ index, start }) => {
            const customer = rows.row(index);
            return customer ? (
              renderRow(customer, { index, total, top: start })
            ) : (
              <li key={index} className={classes.row} style={{ transform: `translateY(${start}px)` }}>
                <Skeleton height={16} width={16} />
                <Skeleton height={28} />
              </li>
            );
          })}
        </ul>
      </div>
    </>
  );
}
