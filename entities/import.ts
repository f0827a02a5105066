import { Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

export type ImportState =
  | 'queued'
  | 'running'
  | 'needs_approval'
  | 'succeeded'
  | 'succeeded_with_skips'
  | 'partly_failed'
  | 'failed'
  | 'cancelled';
export type ImportPhase = 'waiting' | 'marketplace' | 'psa' | 'plan' | 'apply' | 'done';
export type ImportEntity = 'customers' | 'subscriptions';
export type ImportTrigger = 'manual' | 'integrator' | 'webhook';

export interface ImportCounts {
  clients: { created: number; updated: number; linked: number; unchanged: number };
  licences: { created: number; updated: number; rekeyed: number; deactivated: number; reactivated: number; unchanged: number };
  skipped: number;
  held: number;
  failed: number;
}

export interface ImportError {
  actor: 'configuration' | 'vendor' | 'isthmus';
  code: string;
  message: string;
}

/** A person's word on held changes. */
export interface ImportApproval {
  by: string;
  /** RFC 3339. */
  at: string;
  /** What names an approved change across two plans. */
  approved: string[];
}

/** One run of the main job for one tenant. This row is the truth about who may run: at most one queued or running for each tenant. */
@Entity('imports')
@Index('imports_one_at_a_time', ['tenantId'], { unique: true, where: `"state" IN ('queued', 'running')` })
@Index('imports_fence', ['id', 'attempt', 'state'], { unique: true })
@Index('imports_by_tenant', ['tenantId', 'createdAt'])
export class Import {
  @PrimaryGeneratedColumn('uuid') id: string;
  @Column('uuid', { name: 'psa_instance_id' }) psaInstanceId: string;
  @Column('uuid', { name: 'tenant_id' }) tenantId: string;
  @Column('varchar', { length: 20, array: true }) entities: ImportEntity[];
  /** One customer's alone; null for all. */
  @Column('varchar', { name: 'customer_id', length: 64, nullable: true }) customerId: string | null;
  /** The client asked for, when it was asked for by client. */
  @Column('varchar', { name: 'client_id', length: 32, nullable: true }) clientId: string | null;
  @Column('varchar', { length: 10 }) trigger: ImportTrigger;
  @Column('text', { name: 'requested_by' }) requestedBy: string;
  @Column('boolean', { default: false }) preview: boolean;
  @Column('varchar', { length: 24, default: 'queued' }) state: ImportState;
  @Column('varchar', { length: 12, default: 'waiting' }) phase: ImportPhase;
  @Column('integer', { name: 'progress_done', default: 0 }) progressDone: number;
  @Column('integer', { name: 'progress_total', nullable: true }) progressTotal: number | null;
  @Column('jsonb') counts: ImportCounts;
  @Column('integer', { name: 'calls_marketplace', default: 0 }) callsMarketplace: number;
  @Column('integer', { name: 'calls_psa', default: 0 }) callsPsa: number;
  /** Counts the workers that took it; every write of an attempt is fenced by it. */
  @Column('integer', { default: 0 }) attempt: number;
  /** Those of its attempts, since a person last asked for it, that count towards their bound: not the ones a stopping process handed back. */
  @Column('integer', { default: 0 }) tries: number;
  @Column('jsonb', { nullable: true }) error: ImportError | null;
  /** When the worker that has it last said that it is alive, by the database's clock; null while none has it. */
  @Column('timestamptz', { name: 'heartbeat_at', nullable: true }) heartbeatAt: Date | null;
  /** Not before this moment may another attempt begin. */
  @Column('timestamptz', { name: 'not_before', nullable: true }) notBefore: Date | null;
  /** What was read from the marketplace before this moment is read again, whatever else speaks for it. */
  @Column('timestamptz', { name: 'read_since', nullable: true }) readSince: Date | null;
  /** The integrator's day, `YYYY-MM-DD` in the tenant's time zone, that this import is for. */
  @Column('date', { nullable: true }) slot: string | null;
  /** What names the held changes as they were seen: an approval must repeat it. */
  @Column('varchar', { length: 64, nullable: true }) digest: string | null;
  @Column('jsonb', { nullable: true }) approval: ImportApproval | null;
  /** What a reader should know beyond the counts: sentences. */
  @Column('jsonb', { default: [] }) remarks: string[];
  @Column('timestamptz', { name: 'cancel_requested_at', nullable: true }) cancelRequestedAt: Date | null;
  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'started_at', nullable: true }) startedAt: Date | null;
  @Column('timestamptz', { name: 'finished_at', nullable: true }) finishedAt: Date | null;
}
