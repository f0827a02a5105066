import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The calls that all processes together may still make to one PSA instance: a token bucket in the database's time. */
@Entity('psa_budgets')
export class PsaBudget {
  @PrimaryColumn('uuid', { name: 'psa_instance_id' }) psaInstanceId: string;
  /** Below zero while processes stand in line. */
  @Column('double precision') tokens: number;
  @Column('timestamptz', { name: 'refilled_at' }) refilledAt: Date;
  /** Nobody calls before this: the PSA said so. */
  @Column('timestamptz', { name: 'paused_until', nullable: true }) pausedUntil: Date | null;
  /** Until then, calls that a person waits for go before those of the schedule. */
  @Column('timestamptz', { name: 'people_until', nullable: true }) peopleUntil: Date | null;
  /** The share of the allowed rate in use: halved by a refusal, healing with time. */
  @Column('double precision', { default: 1 }) share: number;
}
