import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { MappingState } from './mapping.js';

/** What the list of customers is chosen and searched by. Kept by triggers alone: see `migrations/91-count-when-shown.ts`. */
@Entity('listed_customers')
// They hold more than their keys, or are by an expression, which the metadata cannot say.
@Index('listed_customers_order', { synchronize: false })
@Index('listed_customers_by_state', { synchronize: false })
@Index('listed_customers_counted', ['tenantId', 'mapping'])
@Index('listed_customers_clients', ['tenantId', 'customerId'], { where: '"client" IS NOT NULL' })
export class ListedCustomer {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'PK_listed_customers' }) tenantId: string;
  @PrimaryColumn('varchar', { name: 'customer_id', length: 64, primaryKeyConstraintName: 'PK_listed_customers' }) customerId: string;
  /** In lower case. */
  @Column('varchar', { length: 500 }) name: string;
  @Column('varchar', { length: 10 }) mapping: MappingState | 'unmapped';
  /** The name of the client it is mapped to, in lower case; null where the customer's own name holds it, too. */
  @Column('text', { nullable: true }) client: string | null;
}
