import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { MappingOrigin, MappingState } from './mapping.js';

/** A part of a plan in which nothing was to change. */
export interface SettledPart {
  /** A digest of all that it was planned from. */
  print: string;
  /** Whether what was written last is in it, too. */
  stuck: boolean;
  /** What the import counted in it. */
  unchanged: { clients: number; licences: number };
  /** The skips of the import that was last, of this part, by their ids; null when there are none. */
  skips: { from: string; to: string; count: number } | null;
  /** What it found out about customers that wait for a person, to be stored as it stands. */
  open: {
    customerId: string;
    state: MappingState;
    clientId: string | null;
    clientName: string | null;
    origin: MappingOrigin | null;
    candidates: string[];
  }[];
  /** Whether one of the skips says that a customer is mapped to no client. */
  unmapped: boolean;
}

/** What the last plan for a whole tenant found settled: planned from the same again, it comes out the same. */
@Entity('settled_plans')
export class SettledPlan {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'PK_settled_plans' }) tenantId: string;
  /** A digest of what all parts rest on: the settings, the day, how whole the looks were, and the code of Isthmus. */
  @Column('varchar', { length: 43 }) basis: string;
  /** The import whose skips the parts name. */
  @Column('uuid', { name: 'import_id' }) importId: string;
  @Column('jsonb') parts: SettledPart[];
  /** A digest of all rows that these parts rest on together, where they are all there are; else null. */
  @Column('varchar', { length: 43, nullable: true }) ground: string | null;
}
