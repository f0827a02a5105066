import { Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

export type Role = 'owner' | 'admin' | 'operator' | 'viewer';

/** A bearer token for the API. Only its SHA-256 is kept. */
@Entity('api_tokens')
@Index('api_tokens_hash', ['tokenHash'], { unique: true })
export class ApiToken {
  @PrimaryGeneratedColumn('uuid') id: string;
  /** The one PSA instance it may see; null for an owner, who sees all. */
  @Column('uuid', { name: 'psa_instance_id', nullable: true }) psaInstanceId: string | null;
  @Column('varchar', { length: 16 }) role: Role;
  @Column('varchar', { length: 200 }) name: string;
  /** Lower-case hex. */
  @Column('char', { name: 'token_hash', length: 64 }) tokenHash: string;
  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'last_used_at', nullable: true }) lastUsedAt: Date | null;
  @Column('timestamptz', { name: 'expires_at', nullable: true }) expiresAt: Date | null;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt: Date | null;
}
