import { Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/**
 * `stored`: not acted on yet. `acted`: imports were started or kept. `ignored`: an event that Isthmus does nothing for. `unmatched`: it
 * concerned no tenant. `refused`: it does not say what it has to.
 */
export type WebhookState = 'stored' | 'acted' | 'ignored' | 'unmatched' | 'refused';

/** One thing that a Halo sent, kept for a while. Repeats of it are counted here and make no row of their own. */
@Entity('webhook_deliveries')
@Index('webhook_deliveries_once', ['psaInstanceId', 'webhookId'], { unique: true, where: '"webhook_id" IS NOT NULL' })
@Index('webhook_deliveries_same_body', ['psaInstanceId', 'bodyHash', 'receivedAt'])
@Index('webhook_deliveries_newest', ['psaInstanceId', 'receivedAt'])
@Index('webhook_deliveries_left', ['receivedAt'], { where: `"state" = 'stored'` })
export class WebhookDelivery {
  @PrimaryGeneratedColumn('uuid') id: string;
  @Column('uuid', { name: 'psa_instance_id' }) psaInstanceId: string;
  @CreateDateColumn({ type: 'timestamptz', name: 'received_at' }) receivedAt: Date;
  /** The sender's own name for it, from the header `webhook-id`. */
  @Column('varchar', { name: 'webhook_id', length: 200, nullable: true }) webhookId: string | null;
  /** SHA-256 of the body as it was sent, hexadecimal. */
  @Column('char', { name: 'body_hash', length: 64 }) bodyHash: string;
  /** Size of the body. */
  @Column('integer') bytes: number;
  /** The beginning of the body. */
  @Column('text') excerpt: string;
  @Column('varchar', { length: 100, nullable: true }) event: string | null;
  /** The client that an import is asked for. */
  @Column('varchar', { name: 'client_id', length: 32, nullable: true }) clientId: string | null;
  /** The tenant that an import is asked for, by id or name. */
  @Column('text', { nullable: true }) tenant: string | null;
  @Column('varchar', { length: 12 }) state: WebhookState;
  /** What became of it: a sentence. */
  @Column('text', { nullable: true }) detail: string | null;
  @Column('integer', { default: 0 }) repeats: number;
  @Column('timestamptz', { name: 'repeated_at', nullable: true }) repeatedAt: Date | null;
}
