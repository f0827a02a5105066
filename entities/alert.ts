import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

export type AlertCondition = 'import_failed' | 'import_held' | 'credentials_refused' | 'run_missed' | 'mappings_waiting';

/** A condition that needs a person, told in the PSA by one ticket for as long as it lasts. */
@Entity('alerts')
@Index('alerts_one_open', ['tenantId', 'condition'], { unique: true, where: '"closed_at" IS NULL' })
export class Alert {
  @PrimaryGeneratedColumn('uuid') id: string;
  @Column('uuid', { name: 'psa_instance_id' }) psaInstanceId: string;
  @Column('uuid', { name: 'tenant_id' }) tenantId: string;
  @Column('varchar', { length: 24 }) condition: AlertCondition;
  @Column('text') summary: string;
  @Column('text') detail: string;
  /** Null until the ticket is known to exist. */
  @Column('varchar', { name: 'ticket_id', length: 32, nullable: true }) ticketId: string | null;
  /** What the ticket said last, so that it is added to only with news. */
  @Column('text', { nullable: true }) told: string | null;
  @Column('timestamptz', { name: 'opened_at' }) openedAt: Date;
  @Column('timestamptz', { name: 'told_at', nullable: true }) toldAt: Date | null;
  /** When the condition was over. */
  @Column('timestamptz', { name: 'closed_at', nullable: true }) closedAt: Date | null;
  /** When the ticket was closed for it. */
  @Column('timestamptz', { name: 'ticket_closed_at', nullable: true }) ticketClosedAt: Date | null;
}
