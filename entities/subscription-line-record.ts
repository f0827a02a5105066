import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A product line of a subscription, as last read. */
@Entity('subscription_lines')
@Index('subscription_lines_customer', ['tenantId', 'customerId'])
export class SubscriptionLineRecord {
  @PrimaryColumn('uuid', { name: 'tenant_id' }) tenantId: string;
  @PrimaryColumn('varchar', { name: 'subscription_id', length: 64 }) subscriptionId: string;
  @PrimaryColumn('text') line: string;
  @Column('varchar', { name: 'customer_id', length: 64 }) customerId: string;
  @Column('text', { nullable: true }) manufacturer: string | null;
  @Column('text', { nullable: true }) mpn: string | null;
  @Column('text', { name: 'product_name', nullable: true }) productName: string | null;
  @Column('numeric', { nullable: true }) quantity: string | null;
  /** ISO 8601 duration. */
  @Column('varchar', { length: 16, nullable: true }) term: string | null;
  @Column('varchar', { name: 'billing_period', length: 16, nullable: true }) billingPeriod: string | null;
  /** Per unit and billing period. */
  @Column('numeric', { name: 'unit_cost', nullable: true }) unitCost: string | null;
  @Column('varchar', { name: 'cost_currency', length: 8, nullable: true }) costCurrency: string | null;
  @Column('numeric', { name: 'unit_price', nullable: true }) unitPrice: string | null;
  @Column('varchar', { name: 'price_currency', length: 8, nullable: true }) priceCurrency: string | null;
}
