import { IsISO8601, IsNumber, IsString } from 'class-validator';
import type { DataSource } from 'typeorm';
import { SubscriptionHistory } from '../../entities/index.js';
import { Nested, Nullable } from '../http/dto.js';
import { Line, MayBeAbsent } from '../http/fields.js';
import { PageQuery } from '../http/page.js';
import { MoneyView } from './dto.js';
import { money } from './lines.js';

export class HistoryQuery extends PageQuery {
  @MayBeAbsent() @Line(64) subscriptionId?: string;
  @MayBeAbsent() @Line(500) line?: string;
}

/** Quantity, cost and price of a line from `seenAt` on, until the next one. */
export class LineHistoryView {
  @IsString() subscriptionId: string;
  @IsString() line: string;
  @Nullable() @IsNumber() quantity: number | null;
  /** Per unit and billing period. */
  @Nullable() @Nested(() => MoneyView) unitCost: MoneyView | null;
  @Nullable() @Nested(() => MoneyView) unitPrice: MoneyView | null;
  /** When it was first seen so. */
  @IsISO8601() seenAt: string;
}

/** What was seen of a tenant's lines, newest first, and how much there is. */
export async function historyOf(dataSource: DataSource, tenantId: string, query: HistoryQuery): Promise<[LineHistoryView[], number]> {
  const { subscriptionId, line, offset, limit } = query;
  const [rows, total] = await dataSource.manager.findAndCount(SubscriptionHistory, {
    where: { tenantId, ...(subscriptionId === undefined ? {} : { subscriptionId }), ...(line === undefined ? {} : { line }) },
    order: { id: 'DESC' },
    skip: offset,
    take: limit,
  });
  return [rows.map(viewOfHistory), total];
}

function viewOfHistory(row: SubscriptionHistory): LineHistoryView {
  return {
    subscriptionId: row.subscriptionId,
    line: row.line,
    quantity: row.quantity === null ? null : Number(row.quantity),
    unitCost: money(row.unitCost, row.costCurrency),
    unitPrice: money(row.unitPrice, row.priceCurrency),
    seenAt: row.seenAt.toISOString(),
  };
}
