import { IsIn, IsInt, IsString } from 'class-validator';
import type { WebhookState } from '../../entities/index.js';
import { Line, MayBeAbsent } from '../http/fields.js';
import { PageQuery } from '../http/page.js';
import { WEBHOOK_STATES } from './delivery-view.js';

/** What a Halo sends, as far as Isthmus reads it. Whatever else is in it is kept for people to read, and ignored. */
export class WebhookBody {
  /** `import.client`, `import.all`; any other is stored and ignored. */
  @MayBeAbsent() @IsString() event?: string;
  /** For `import.client`: the client as HaloPSA numbers it; text will do. */
  @MayBeAbsent() @IsInt() client_id?: number;
  /** For `import.all`: the id or the name of a tenant. */
  @MayBeAbsent() @IsString() tenant?: string;
}

export class DeliveriesQuery extends PageQuery {
  @MayBeAbsent() @Line(100) event?: string;
  @MayBeAbsent() @IsIn([...WEBHOOK_STATES]) state?: WebhookState;
}
