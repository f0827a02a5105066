import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A subscription as the marketplace last showed it: the list row, and the detail with when it was read. */
@Entity('subscriptions')
@Index('subscriptions_customer', ['tenantId', 'customerId'])
@Index('subscriptions_unlisted', ['tenantId'], { where: 'NOT "listed"' })
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
  /** Of the list row. */
  @Column('varchar', { length: 43, nullable: true }) digest: string | null;
  /** Whether the last look that went over it showed it. Unlike `goneAt` this proves nothing. */
  @Column('boolean', { default: true }) listed: boolean;
  /** The import, and its attempt, that read the detail. */
  @Column('uuid', { name: 'read_by', nullable: true }) readBy: string | null;
  @Column('integer', { name: 'read_attempt', nullable: true }) readAttempt: number | null;
}
