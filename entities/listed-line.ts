import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What the list of subscriptions is chosen and searched by, a row for each of its rows. Kept by triggers alone: see `migrations/90-lean-lists.ts`. */
@Entity('listed_lines')
// It is by the length of the id first, which the metadata cannot say.
@Index('listed_lines_order', { synchronize: false })
@Index('listed_lines_customer', ['tenantId', 'customerId'])
@Index('listed_lines_counted', ['tenantId', 'state', 'status'])
export class ListedLine {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'PK_listed_lines' }) tenantId: string;
  @PrimaryColumn('varchar', { name: 'subscription_id', length: 64, primaryKeyConstraintName: 'PK_listed_lines' }) subscriptionId: string;
  /** Empty for a subscription that has none, or was not read. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'PK_listed_lines' }) line: string;
  @Column('varchar', { name: 'customer_id', length: 64 }) customerId: string;
  @Column('varchar', { length: 16 }) status: string;
  @Column('varchar', { length: 8 }) state: 'linked' | 'skipped' | 'ended';
  /** Names of subscription, product (unless the subscription's holds it) and customer, and the MPN, a line each, in lower case, as UTF-8. */
  @Column('bytea') search: Buffer;
}
