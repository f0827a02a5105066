import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How often something was tried within a window of time that begins with its first try. Shared by all processes. */
@Entity('throttles')
export class Throttle {
  /** What is counted, and for whom: `sign-in 192.0.2.7`. */
  @PrimaryColumn('varchar', { length: 200, primaryKeyConstraintName: 'throttles_pk' }) key: string;
  @Column('integer') hits: number;
  @Column('timestamptz', { name: 'ends_at' }) endsAt: Date;
}
