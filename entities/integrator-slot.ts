import { Column, CreateDateColumn, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * One day of a tenant's schedule. There is one row for each, whatever the number of processes, restarts and clocks set back: who
 * inserts it starts the import.
 */
@Entity('integrator_slots')
@Index('integrator_slots_waiting', ['tenantId'], { where: `"state" = 'waiting'` })
export class IntegratorSlot {
  @PrimaryColumn('uuid', { name: 'tenant_id' }) tenantId: string;
  /** The day in the tenant's time zone, `YYYY-MM-DD`. */
  @PrimaryColumn('date') slot: string;
  @Column('timestamptz', { name: 'due_at' }) dueAt: Date;
  /** `waiting`: another import ran when it was due; it follows. `left_alone`: the tenant was paused, unverified or switched off. */
  @Column('varchar', { length: 12 }) state: 'started' | 'waiting' | 'left_alone';
  @Column('uuid', { name: 'import_id', nullable: true }) importId: string | null;
  /** A sentence. */
  @Column('text', { nullable: true }) note: string | null;
  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
}
