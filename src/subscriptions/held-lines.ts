import type { DataSource } from 'typeorm';
import type { Found, Wanted } from '../database/held-list.js';
import { heldLists, type Reading } from '../database/held-lists.js';
import type { PageQuery } from '../http/page.js';
import { needsSubscription } from './chosen-lines.js';
import type { LinesFilter, LineState } from './dto.js';
import type { NarrowLine } from './lines.js';

/** In the order of the list. A line is found by its client's name, too, where that is another one than its customer's. */
function reading(name: string, kind: string, joined = ''): Reading {
  return {
    name,
    width: 2,
    rows: `SELECT convert_from(page.search, 'UTF8') || coalesce(E'\\n' || customers.client, '') AS text,
        page.state || ' ' || page.status${kind} AS kind, page.subscription_id AS id, page.line || $2 || page.customer_id || $2 AS rest
      FROM listed_lines AS page ${joined}
      LEFT JOIN listed_customers AS customers
        ON customers.tenant_id = page.tenant_id AND customers.customer_id = page.customer_id AND customers.client IS NOT NULL
      WHERE page.tenant_id = $1 ORDER BY length(page.subscription_id), page.subscription_id, page.line`,
  };
}

const LINES = reading('lines', '');

/** For those who ask about renewals: it takes twice as long to read. */
const RENEWING = reading(
  'renewing lines',
  ` || ' ' || coalesce(subscriptions."row" ->> 'autoRenew', '-') || coalesce(' ' || (subscriptions."row" ->> 'renewalDate'), '')`,
  'JOIN subscriptions ON subscriptions.tenant_id = page.tenant_id AND subscriptions.subscription_id = page.subscription_id',
);

interface Kind {
  state: LineState;
  status: NarrowLine['status'];
  autoRenew: string | undefined;
  renewalDate: string | undefined;
}

function kindOf(text: string): Kind {
  const [state, status, autoRenew, renewalDate] = text.split(' ');
  return {
    state: state as LineState,
    status: status as NarrowLine['status'],
    autoRenew: autoRenew === '-' ? undefined : autoRenew,
    renewalDate,
  };
}

/** What lines are of one kind by. */
const SORTS: readonly string[] = ['state', 'status', 'autoRenew', 'renewalDate'] satisfies (keyof Kind)[];

/**
 * A part of a tenant's lines and how many are wanted, as far as this process holds them as they are and they are asked for by what it knows of
 * them; and what tells that state of them from others.
 */
export async function heldLines(
  dataSource: DataSource,
  tenantIds: readonly string[],
  query: LinesFilter & PageQuery & { sort?: string },
): Promise<{ held?: [NarrowLine[], number]; version?: string }> {
  const { customerId, clientId, subscriptionId, line, search, sort = 'subscriptionId', offset, limit } = query;
  const [tenantId] = tenantIds;
  if (tenantId === undefined || tenantIds.length > 1) return {};
  if ([customerId, clientId, subscriptionId, line].some((one) => one !== undefined)) return {};
  const lists = heldLists(dataSource);
  const now = await lists.now(tenantId, search);
  const { version } = now;
  const by = sort.replace(/^-/, '');
  if (by !== 'subscriptionId' && !SORTS.includes(by)) return { version };
  const renewing = needsSubscription(query) || by === 'autoRenew' || by === 'renewalDate';
  const { total, found } =
    lists.get(renewing ? RENEWING : LINES, tenantId, now)?.part({
      offset,
      limit,
      accepts: accepting(query),
      ...(search !== undefined && { search: { text: now.search!, id: search } }),
      ...(by === 'subscriptionId' ? { backwards: sort.startsWith('-') } : { order: orderOf(sort, by as keyof Kind) }),
    }) ?? {};
  return { ...(found && { held: [found.map((line) => narrowOf(tenantId, line)), total!] }), version };
}

function accepting({ state, status, autoRenew, renewsBefore }: LinesFilter): NonNullable<Wanted['accepts']> {
  return (text) => {
    const kind = kindOf(text);
    return (
      (state === undefined || kind.state === state) &&
      (status === undefined || kind.status === status) &&
      (autoRenew === undefined || kind.autoRenew === String(autoRenew)) &&
      (renewsBefore === undefined || (kind.renewalDate !== undefined && kind.renewalDate < renewsBefore))
    );
  };
}

/** What has nothing there comes last, either way. */
function orderOf(name: string, by: keyof Kind): NonNullable<Wanted['order']> {
  const way = name.startsWith('-') ? -1 : 1;
  return {
    name,
    compare(one, other) {
      const [a, b] = [kindOf(one)[by], kindOf(other)[by]];
      if (a === b) return 0;
      if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
      return a < b ? -way : way;
    },
  };
}

function narrowOf(tenantId: string, { kind, id, rest: [line, customerId] }: Found): NarrowLine {
  const { state, status } = kindOf(kind);
  return { tenant_id: tenantId, subscription_id: id, line: line!, customer_id: customerId!, status, state };
}
