import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An order that was not final when last seen: its customer's subscriptions may still change because of it. */
@Entity('open_orders')
export class OpenOrder {
  @PrimaryColumn('uuid', { name: 'tenant_id' }) tenantId: string;
  @PrimaryColumn('varchar', { name: 'order_id', length: 64 }) orderId: string;
  @Column('varchar', { name: 'customer_id', length: 64 }) customerId: string;
  @Column('timestamptz', { name: 'seen_at' }) seenAt: Date;
}
