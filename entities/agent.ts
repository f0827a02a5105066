import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Role } from './api-token.js';

/** An agent of Halo who came in, or to whom a role was granted. */
@Entity('agents')
export class Agent {
  @PrimaryColumn('uuid', { name: 'psa_instance_id', primaryKeyConstraintName: 'agents_pk' }) psaInstanceId: string;
  /** Halo's. */
  @PrimaryColumn('varchar', { name: 'agent_id', length: 32, primaryKeyConstraintName: 'agents_pk' }) agentId: string;
  /** As Halo last showed it. */
  @Column('varchar', { length: 200 }) name: string;
  @Column('varchar', { length: 16, default: 'viewer' }) role: Exclude<Role, 'owner'>;
  /** Who granted the role; null for those who are viewers because nobody said otherwise. */
  @Column('varchar', { name: 'granted_by', length: 200, nullable: true }) grantedBy: string | null;
  @Column('timestamptz', { name: 'granted_at', nullable: true }) grantedAt: Date | null;
  @Column('timestamptz', { name: 'signed_in_at', nullable: true }) signedInAt: Date | null;
}
