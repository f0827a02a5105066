import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/**
 * That lists of a tenant changed: the sum over its rows tells one state of its lists from every other. Kept by triggers alone: see
 * `migrations/95-list-steps.ts`.
 */
@Entity('list_steps')
@Index('list_steps_tenant', ['tenantId'])
export class ListStep {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', primaryKeyConstraintName: 'PK_list_steps' }) id: string;
  @Column('uuid', { name: 'tenant_id' }) tenantId: string;
  @Column('bigint') steps: string;
}
