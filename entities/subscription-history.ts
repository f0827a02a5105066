import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** A quantity, price or cost as it was first seen: the marketplace has no history to ask for later. */
@Entity('subscription_history')
@Index('subscription_history_line', ['tenantId', 'subscriptionId', 'line'])
export class SubscriptionHistory {
  @PrimaryGeneratedColumn('identity', { type: 'bigint' }) id: string;
  @Column('uuid', { name: 'tenant_id' }) tenantId: string;
  @Column('varchar', { name: 'subscription_id', length: 64 }) subscriptionId: string;
  @Column('text') line: string;
  @Column('numeric', { nullable: true }) quantity: string | null;
  @Column('numeric', { name: 'unit_cost', nullable: true }) unitCost: string | null;
  @Column('varchar', { name: 'cost_currency', length: 8, nullable: true }) costCurrency: string | null;
  @Column('numeric', { name: 'unit_price', nullable: true }) unitPrice: string | null;
  @Column('varchar', { name: 'price_currency', length: 8, nullable: true }) priceCurrency: string | null;
  @Column('timestamptz', { name: 'seen_at' }) seenAt: Date;
}
