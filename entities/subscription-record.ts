import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A subscription as the marketplace last showed it: the list row, and the detail with when it was read. */
@Entity('subscriptions')
@Index('subscriptions_customer', ['tenantId', 'customerId'])
export class SubscriptionRecord {
  @PrimaryColumn('uuid', { name: 'tenant_id' }) tenantId: string;
  @PrimaryColumn('varchar', { name: 'subscription_id', length: 64 }) subscriptionId: string;
  @Column('varchar', { name: 'customer_id', length: 64 }) customerId: string;
  @Column('text', { nullable: true }) name: string | null;
  @Column('varchar', { length: 16 }) status: string;
  /** The list row, in domain words. */
  @Column('jsonb') row: object;
  /** The detail, in domain words; null until it was read. */
  @Column('jsonb', { nullable: true }) detail: object | null;
  /** The list row that stood when the detail was read: a different one makes the detail worth reading again. */
  @Column('jsonb', { name: 'detail_row', nullable: true }) detailRow: object | null;
  @Column('timestamptz', { name: 'read_at', nullable: true }) readAt: Date | null;
  /** When a look last showed something new about it. */
  @Column('timestamptz', { name: 'seen_at' }) seenAt: Date;
  @Column('timestamptz', { name: 'gone_at', nullable: true }) goneAt: Date | null;
}
