import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** `person` came in through Halo or by a sign-in link; `command_line` is whoever may run commands on the machine. */
export type ActorKind = 'person' | 'token' | 'webhook' | 'integrator' | 'command_line';

/** What was done; to what, says the entity. */
export type AuditAction =
  | 'create'
  | 'change'
  | 'archive'
  | 'remove'
  | 'revoke'
  | 'generate'
  | 'start'
  | 'cancel'
  | 'approve'
  | 'discard'
  | 'pause'
  | 'resume'
  | 'grant'
  | 'sign_in'
  | 'sign_out'
  | 'end'
  | 'reseal';

export type AuditEntity =
  | 'psa_instance'
  | 'tenant'
  | 'mapping'
  | 'link'
  | 'import'
  | 'token'
  | 'session'
  | 'sign_in_link'
  | 'agent'
  | 'webhook_delivery'
  | 'secrets';

/** Who did what to which record. The database lets lines be added and read, never changed or taken away. */
@Entity('audit')
@Index('audit_of_psa_instance', ['psaInstanceId', 'id'])
@Index('audit_of_record', ['entity', 'entityId', 'id'])
export class AuditLine {
  /** Grows, but for lines of transactions that ran side by side. */
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' }) id: string;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) at: Date;
  /** Whose admins may read it; null for what concerns the installation, which owners read. */
  @Column('uuid', { name: 'psa_instance_id', nullable: true }) psaInstanceId: string | null;
  @Column('varchar', { name: 'actor_kind', length: 16 }) actorKind: ActorKind;
  /** The token's, agent's or delivery's id; none for the integrator and the command line. */
  @Column('text', { name: 'actor_id', nullable: true }) actorId: string | null;
  /** What they were called then. */
  @Column('text', { name: 'actor_name' }) actorName: string;
  @Column('varchar', { length: 16 }) action: AuditAction;
  @Column('varchar', { length: 24 }) entity: AuditEntity;
  @Column('text', { name: 'entity_id', nullable: true }) entityId: string | null;
  /** The request it was done by, as the log names it. */
  @Column('uuid', { name: 'request_id', nullable: true }) requestId: string | null;
  /** What was different before; never a secret. */
  @Column('jsonb', { nullable: true }) before: object | null;
  @Column('jsonb', { nullable: true }) after: object | null;
}
