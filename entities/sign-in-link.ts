import { Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** A link that signs its holder in once, as an owner. Only the SHA-256 of its token is kept. */
@Entity('sign_in_links')
@Index('sign_in_links_hash', ['tokenHash'], { unique: true })
export class SignInLink {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'sign_in_links_pk' }) id: string;
  /** Lower-case hex. */
  @Column('char', { name: 'token_hash', length: 64 }) tokenHash: string;
  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt: Date;
  @Column('timestamptz', { name: 'used_at', nullable: true }) usedAt: Date | null;
}
