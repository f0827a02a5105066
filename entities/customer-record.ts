import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A customer as the marketplace last showed it. */
@Entity('customers')
@Index('customers_name', ['tenantId', 'name'])
@Index('customers_exact_name', ['tenantId', 'exactName'])
export class CustomerRecord {
  @PrimaryColumn('uuid', { name: 'tenant_id' }) tenantId: string;
  @PrimaryColumn('varchar', { name: 'customer_id', length: 64 }) customerId: string;
  @Column('text') name: string;
  @Column('varchar', { length: 16 }) status: string;
  /** When a look last showed something new about it: a look that changes nothing writes nothing. */
  @Column('timestamptz', { name: 'seen_at' }) seenAt: Date;
  /** The record asked for by its id, in domain words; null until it was read. List rows often lack address and contact. */
  @Column('jsonb', { nullable: true }) detail: object | null;
  /** The list row that stood when the record was read: a different one makes it worth reading again. */
  @Column('jsonb', { name: 'detail_row', nullable: true }) detailRow: object | null;
  @Column('timestamptz', { name: 'read_at', nullable: true }) readAt: Date | null;
  /** When a complete look first lacked it. */
  @Column('timestamptz', { name: 'gone_at', nullable: true }) goneAt: Date | null;
  /** The list row, in domain words; null until a look since it is kept. */
  @Column('jsonb', { nullable: true }) row: object | null;
  /** Of the list row. */
  @Column('varchar', { length: 43, nullable: true }) digest: string | null;
  /** Of the form in which names are exactly the same. */
  @Column('varchar', { name: 'exact_name', length: 43, nullable: true }) exactName: string | null;
  /** Whether the last look showed it. Unlike `goneAt` this proves nothing. */
  @Column('boolean', { default: true }) listed: boolean;
}
