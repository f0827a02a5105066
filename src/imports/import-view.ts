import { IsArray, IsBoolean, IsIn, IsInt, IsISO8601, IsString } from 'class-validator';
import type { Import, ImportEntity, ImportPhase, ImportState, ImportTrigger } from '../../entities/index.js';
import { Nested, Nullable, UuidField } from '../http/dto.js';
import { MayBeAbsent } from '../http/fields.js';

export const IMPORT_STATES: readonly ImportState[] = [
  'queued',
  'running',
  'needs_approval',
  'succeeded',
  'succeeded_with_skips',
  'partly_failed',
  'failed',
  'cancelled',
];

/** All customers, one, or those that are mapped to one client. */
export class ImportScope {
  @IsIn(['all', 'customer', 'client']) kind: 'all' | 'customer' | 'client';
  @MayBeAbsent() @IsString() customerId?: string;
  @MayBeAbsent() @IsString() clientId?: string;
}

export class ImportProgress {
  @IsInt() done: number;
  /** Null while it is not known. */
  @Nullable() @IsInt() total: number | null;
}

export class ClientCounts {
  @IsInt() created: number;
  @IsInt() updated: number;
  @IsInt() linked: number;
  @IsInt() unchanged: number;
}

export class LicenceCounts {
  @IsInt() created: number;
  @IsInt() updated: number;
  @IsInt() rekeyed: number;
  @IsInt() deactivated: number;
  @IsInt() reactivated: number;
  @IsInt() unchanged: number;
}

export class ImportCountsView {
  @Nested(() => ClientCounts) clients: ClientCounts;
  @Nested(() => LicenceCounts) licences: LicenceCounts;
  @IsInt() skipped: number;
  @IsInt() held: number;
  @IsInt() failed: number;
}

export class ImportCalls {
  @IsInt() marketplace: number;
  @IsInt() psa: number;
}

export class ImportErrorView {
  /** Who must act. */
  @IsIn(['configuration', 'vendor', 'isthmus']) actor: 'configuration' | 'vendor' | 'isthmus';
  @IsString() code: string;
  @IsString() message: string;
}

export class ImportView {
  @UuidField() id: string;
  @UuidField() tenantId: string;
  @IsArray() @IsIn(['customers', 'subscriptions'], { each: true }) entities: ImportEntity[];
  @Nested(() => ImportScope) scope: ImportScope;
  @IsIn(['manual', 'integrator', 'webhook']) trigger: ImportTrigger;
  @IsString() requestedBy: string;
  @IsBoolean() preview: boolean;
  /** Whether everything is read from the marketplace again: somebody asked for it, or its orders may not be read. */
  @IsBoolean() readEverything: boolean;
  @IsIn([...IMPORT_STATES]) state: ImportState;
  @IsIn(['waiting', 'marketplace', 'psa', 'plan', 'apply', 'done']) phase: ImportPhase;
  @Nested(() => ImportProgress) progress: ImportProgress;
  @Nested(() => ImportCountsView) counts: ImportCountsView;
  @Nested(() => ImportCalls) calls: ImportCalls;
  @IsInt() attempt: number;
  @IsISO8601() createdAt: string;
  @Nullable() @IsISO8601() startedAt: string | null;
  @Nullable() @IsISO8601() finishedAt: string | null;
  @MayBeAbsent() @Nested(() => ImportErrorView) error?: ImportErrorView;
  /** What a reader should know beyond the counts: sentences. */
  @IsArray() @IsString({ each: true }) remarks: string[];
  /** Names the held changes as they stand: an approval repeats it. Only while the import needs approval. */
  @MayBeAbsent() @IsString() digest?: string;
}

/** An import as everyone sees it. */
export function viewOfImport(row: Import): ImportView {
  return {
    id: row.id,
    tenantId: row.tenantId,
    entities: row.entities,
    scope: scopeOf(row),
    trigger: row.trigger,
    requestedBy: row.requestedBy,
    preview: row.preview,
    readEverything: row.readSince !== null,
    state: row.state,
    phase: row.phase,
    progress: { done: row.progressDone, total: row.progressTotal },
    counts: row.counts,
    calls: { marketplace: row.callsMarketplace, psa: row.callsPsa },
    attempt: row.attempt,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
    ...(row.error === null ? {} : { error: row.error }),
    remarks: row.remarks,
    ...(row.digest === null ? {} : { digest: row.digest }),
  };
}

function scopeOf({ customerId, clientId }: Import): ImportScope {
  if (clientId !== null) return { kind: 'client', clientId };
  return customerId === null ? { kind: 'all' } : { kind: 'customer', customerId };
}
