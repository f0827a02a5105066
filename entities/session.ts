import { Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** Somebody signed in with a browser. Of what their cookie holds only the SHA-256 is kept. */
@Entity('sessions')
@Index('sessions_hash', ['sessionHash'], { unique: true })
@Index('sessions_open', ['psaInstanceId'], { where: '"ended_at" IS NULL' })
export class Session {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'sessions_pk' }) id: string;
  /** Lower-case hex. */
  @Column('char', { name: 'session_hash', length: 64 }) sessionHash: string;
  /** By a one-time link, as an owner; or from Halo, as an agent of that PSA instance with whatever role is granted to them. */
  @Column('varchar', { length: 8 }) via: 'link' | 'embed';
  @Column('uuid', { name: 'psa_instance_id', nullable: true }) psaInstanceId: string | null;
  @Column('varchar', { name: 'agent_id', length: 32, nullable: true }) agentId: string | null;
  @Column('varchar', { length: 200 }) name: string;
  @CreateDateColumn({ type: 'timestamptz', name: 'started_at' }) startedAt: Date;
  /** The last time it was used, give or take some seconds: idleness counts from here. */
  @Column('timestamptz', { name: 'seen_at', default: () => 'now()' }) seenAt: Date;
  /** However much it is used. */
  @Column('timestamptz', { name: 'ends_at' }) endsAt: Date;
  /** Ended before its time: signed out, replaced, or ended by an administrator. */
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt: Date | null;
}
