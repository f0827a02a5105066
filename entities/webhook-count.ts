import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How many deliveries of a kind came, and what became of them. It outlives the deliveries themselves. */
@Entity('webhook_counts')
export class WebhookCount {
  @PrimaryColumn('uuid', { name: 'psa_instance_id' }) psaInstanceId: string;
  /** `import.client`, `import.all` or `other`. */
  @PrimaryColumn('varchar', { length: 16 }) event: string;
  /** A state that a delivery can come to, or `repeat`. */
  @PrimaryColumn('varchar', { length: 12 }) outcome: string;
  @Column('bigint') counted: string;
}
