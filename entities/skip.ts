import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

export type SkipReason =
  | 'no_product'
  | 'unmapped_customer'
  | 'suggested_customer'
  | 'ambiguous_customer'
  | 'broken_mapping'
  | 'ignored'
  | 'trial'
  | 'pending'
  | 'ended'
  | 'unknown_term'
  | 'unknown_customer'
  | 'invalid'
  | 'fractional'
  | 'already_in_psa'
  | 'duplicate_key'
  | 'deleted_in_psa'
  | 'successor'
  | 'does_not_stick'
  | 'client_failed';

/** One thing an import left alone, with the reason. */
@Entity('skips')
@Index('skips_of_import', ['importId', 'reason'])
export class Skip {
  @PrimaryGeneratedColumn('identity', { type: 'bigint' }) id: string;
  @Column('uuid', { name: 'import_id' }) importId: string;
  @Column('varchar', { length: 12 }) entity: 'customer' | 'subscription';
  @Column('varchar', { name: 'marketplace_id', length: 64 }) marketplaceId: string;
  @Column('text', { nullable: true }) line: string | null;
  @Column('varchar', { name: 'psa_id', length: 32, nullable: true }) psaId: string | null;
  @Column('varchar', { length: 20 }) reason: SkipReason;
  @Column('text') detail: string;
}
