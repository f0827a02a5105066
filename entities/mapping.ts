import { Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn, UpdateDateColumn } from 'typeorm';

export type MappingState = 'mapped' | 'suggested' | 'ignored' | 'ambiguous' | 'broken';
export type MappingOrigin = 'name' | 'key' | 'manual' | 'created';

/** What of a mapping a person decides. */
export type MappingFacts = Pick<Mapping, 'state' | 'clientId' | 'clientName' | 'origin' | 'candidates' | 'note'>;

/** From what to what somebody changed a mapping; null for none. */
export interface MappingStep {
  before: MappingFacts | null;
  after: MappingFacts | null;
  /** The links whose licences were left behind with it: taken back, it links them again. */
  leftBehind?: string[];
}

/** "This customer is that client", or why not yet. One that was removed is archived. */
@Entity('mappings')
@Index('mappings_one_for_each_customer', ['tenantId', 'customerId'], { unique: true, where: '"archived_at" IS NULL' })
@Index('mappings_client', ['tenantId', 'clientId'], { where: '"archived_at" IS NULL' })
export class Mapping {
  @PrimaryGeneratedColumn('uuid') id: string;
  @Column('uuid', { name: 'tenant_id' }) tenantId: string;
  @Column('varchar', { name: 'customer_id', length: 64 }) customerId: string;
  @Column('varchar', { length: 10 }) state: MappingState;
  /** Null with state `mapped`: a person asked for a new client, which the next import creates. */
  @Column('varchar', { name: 'client_id', length: 32, nullable: true }) clientId: string | null;
  @Column('text', { name: 'client_name', nullable: true }) clientName: string | null;
  @Column('varchar', { length: 8, nullable: true }) origin: MappingOrigin | null;
  /** Clients a suggested or ambiguous customer may be. */
  @Column('jsonb', { default: [] }) candidates: string[];
  @Column('text', { nullable: true }) note: string | null;
  /** What somebody last said, so that it can be taken back; null when nobody said anything yet, or it was taken back. */
  @Column('jsonb', { name: 'last_step', nullable: true }) lastStep: MappingStep | null;
  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
  @UpdateDateColumn({ type: 'timestamptz', name: 'updated_at' }) updatedAt: Date;
  @Column('timestamptz', { name: 'archived_at', nullable: true }) archivedAt: Date | null;
}
