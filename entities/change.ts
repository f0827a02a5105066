import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

export type ChangeEntity = 'client' | 'site' | 'licence';
export type ChangeAction = 'create' | 'link' | 'update' | 'rekey' | 'deactivate' | 'reactivate';
export type ChangeState = 'planned' | 'held' | 'sent' | 'applied' | 'failed' | 'superseded';

/** One thing an import does, or would do, to the PSA. Stored as planned before its call and settled after it. */
@Entity('changes')
// It also holds what changes are chosen by, which the metadata cannot say.
@Index('changes_of_import', { synchronize: false })
@Index('changes_counted', ['importId', 'entity', 'action', 'state'])
@Index('changes_of_record', ['tenantId', 'entity', 'psaId', 'settledAt'], { where: `"state" = 'applied'` })
@Index('changes_open_client_creates', ['psaInstanceId'], { where: `"entity" = 'client' AND "action" = 'create' AND "state" = 'sent'` })
export class Change {
  @PrimaryGeneratedColumn('uuid') id: string;
  @Column('uuid', { name: 'psa_instance_id' }) psaInstanceId: string;
  @Column('uuid', { name: 'tenant_id' }) tenantId: string;
  @Column('uuid', { name: 'import_id' }) importId: string;
  @Column('integer') attempt: number;
  @Column('integer') sequence: number;
  @Column('varchar', { length: 8 }) entity: ChangeEntity;
  @Column('varchar', { length: 12 }) action: ChangeAction;
  @Column('varchar', { name: 'customer_id', length: 64, nullable: true }) customerId: string | null;
  @Column('varchar', { name: 'subscription_id', length: 64, nullable: true }) subscriptionId: string | null;
  @Column('text', { nullable: true }) line: string | null;
  @Column('varchar', { name: 'psa_id', length: 32, nullable: true }) psaId: string | null;
  /** The fields that change, as the PSA showed them; null for a create. */
  @Column('jsonb', { nullable: true }) before: Record<string, unknown> | null;
  /** What was asked of the PSA. */
  @Column('jsonb') planned: Record<string, unknown>;
  /** As planned, and once settled what the PSA shows. */
  @Column('jsonb') after: Record<string, unknown>;
  /** What applying it needs beside what is planned: a site's whole address, the link that an update rests on. */
  @Column('jsonb', { nullable: true }) beside: Record<string, unknown> | null;
  @Column('varchar', { length: 12, default: 'planned' }) state: ChangeState;
  @Column('text', { nullable: true }) message: string | null;
  /** What names a change that the guard may hold across two plans: an approval is of these names. */
  @Column('varchar', { length: 64, nullable: true }) name: string | null;
  /** Of a client's create: the youngest client there was when it was sent, so that an unknown end can be resolved. */
  @Column('bigint', { name: 'youngest_before', nullable: true }) youngestBefore: string | null;
  @Column('timestamptz', { name: 'sent_at', nullable: true }) sentAt: Date | null;
  @Column('timestamptz', { name: 'settled_at', nullable: true }) settledAt: Date | null;
}
