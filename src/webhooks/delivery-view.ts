import { IsBoolean, IsIn, IsInt, IsISO8601, IsString } from 'class-validator';
import type { WebhookDelivery, WebhookImport, WebhookImportState, WebhookState } from '../../entities/index.js';
import { NestedList, Nullable, UuidField } from '../http/dto.js';
import { MayBeAbsent } from '../http/fields.js';

export const WEBHOOK_STATES: readonly WebhookState[] = ['stored', 'acted', 'ignored', 'unmatched', 'refused'];

/** An import that a delivery asks for. */
export class DeliveryImport {
  @UuidField() tenantId: string;
  /** `kept`: it runs after another import of the tenant. `left_alone`: `note` says why. */
  @IsIn(['kept', 'started', 'left_alone']) state: WebhookImportState;
  /** Once it was started. Several deliveries may share one. */
  @Nullable() @UuidField() importId: string | null;
  @MayBeAbsent() @IsString() note?: string;
}

/** What the sender is told. */
export class DeliveryAnswer {
  /** The delivery's. */
  @UuidField() id: string;
  @Nullable() @IsString() event: string | null;
  /** `stored`: it is acted on in a moment. `unmatched`: it concerned no tenant. */
  @IsIn([...WEBHOOK_STATES]) state: WebhookState;
  /** Whether it came before; then nothing more was done, and this is about the first one. */
  @IsBoolean() repeat: boolean;
  @NestedList(() => DeliveryImport) imports: DeliveryImport[];
  /** What became of it, where the rest does not say. */
  @MayBeAbsent() @IsString() detail?: string;
}

/** A delivery as people look at it. */
export class DeliveryView {
  @UuidField() id: string;
  @IsISO8601() receivedAt: string;
  @Nullable() @IsString() webhookId: string | null;
  @Nullable() @IsString() event: string | null;
  @IsIn([...WEBHOOK_STATES]) state: WebhookState;
  @NestedList(() => DeliveryImport) imports: DeliveryImport[];
  @MayBeAbsent() @IsString() detail?: string;
  /** How often it came again. */
  @IsInt() repeats: number;
  @Nullable() @IsISO8601() repeatedAt: string | null;
  /** Size of the body. */
  @IsInt() bytes: number;
  /** The beginning of the body, as it was sent. */
  @IsString() excerpt: string;
}

/** A delivery with the imports it asks for. */
export interface Followed {
  delivery: WebhookDelivery;
  imports: WebhookImport[];
}

export function answerOf({ delivery, imports }: Followed, repeat: boolean): DeliveryAnswer {
  const { id, event, state } = delivery;
  return { id, event, state, repeat, imports: imports.map(viewOfImport), ...detailOf(delivery) };
}

export function viewOfDelivery({ delivery, imports }: Followed): DeliveryView {
  const { id, receivedAt, webhookId, event, state, repeats, repeatedAt, bytes, excerpt } = delivery;
  return {
    id,
    receivedAt: receivedAt.toISOString(),
    webhookId,
    event,
    state,
    imports: imports.map(viewOfImport),
    ...detailOf(delivery),
    repeats,
    repeatedAt: repeatedAt?.toISOString() ?? null,
    bytes,
    excerpt,
  };
}

function detailOf({ detail }: WebhookDelivery): { detail?: string } {
  return detail === null ? {} : { detail };
}

function viewOfImport({ tenantId, state, importId, note }: WebhookImport): DeliveryImport {
  return { tenantId, state, importId, ...(note === null ? {} : { note }) };
}
