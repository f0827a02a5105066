import {
  isOurKey,
  parseLicenceKey,
  type Licence,
  type LicenceFields,
  type SubscriptionDetail,
  type SubscriptionLine,
} from '../../domain/index.js';
import type { SkipReason } from '../../../entities/index.js';
import { differences, withoutWhatDoesNotStick } from './diff.js';
import type { Holdings } from './holdings.js';
import type { LicenceUpdateChange, LinkDecision, Plan, PlanInput } from './input.js';
import { keptKey, newFields } from './line-fields.js';
import { mainSite, type Placement } from './plan-clients.js';
import type { NewLine } from './renewals.js';

/** Where a licence goes. */
export type Place = Extract<Placement, { kind: 'client' | 'new' }>;

/** Puts what is to become of licences, and what is left alone, into a plan. */
export class LicenceChanges {
  constructor(
    private readonly input: PlanInput,
    private readonly plan: Plan,
    private readonly holdings: Holdings,
  ) {}

  skip(subscriptionId: string, reason: SkipReason, detail: string, more: { line?: string; psaId?: string } = {}): void {
    this.plan.skips.push({ entity: 'subscription', marketplaceId: subscriptionId, reason, detail, ...more });
  }

  /** Plans a new licence at a client, or at one still to be created. */
  create({ subscription, line }: NewLine, place: Place): void {
    const { subscriptionId } = subscription;
    const key = this.#newKey(subscription, line);
    const taken = this.holdings.carrying(key);
    if (taken) {
      const detail = `Licence ${taken.licenceId} carries this line's key (${key}) but is linked to another line. Clear that field in it, then import again.`;
      return this.skip(subscriptionId, 'duplicate_key', detail, { line: line.line, psaId: taken.licenceId });
    }
    const site = place.kind === 'client' ? mainSite(this.input, this.plan.needs, place.clientId) : undefined;
    const remark = this.input.form.remark?.(line);
    this.plan.changes.push({
      entity: 'licence',
      action: 'create',
      customerId: subscription.customerId,
      subscriptionId,
      line: line.line,
      fields: newFields(this.input, subscription, line, {
        client_id: place.kind === 'client' ? place.clientId : null,
        site_id: site ?? null,
        snowid: key,
      }),
      ...(remark === undefined ? {} : { message: remark }),
    });
  }

  /** The first of a subscription's lines has the subscription's own key, so that it can be told from its fellows when links are lost. */
  #newKey({ subscriptionId, lines }: SubscriptionDetail, { line }: SubscriptionLine): string {
    const key = keptKey(this.input, subscriptionId);
    return lines.every((other) => line <= other.line) && !this.holdings.carrying(key) ? key : keptKey(this.input, subscriptionId, line);
  }

  /** Plans what brings a licence into line (`owned`), and, with `link`, under another line's key. */
  update(subscription: SubscriptionDetail, line: SubscriptionLine, licence: Licence, owned: LicenceFields, link?: LinkDecision): void {
    const id = subscription.subscriptionId;
    const wanted = { ...owned, ...this.#key(subscription, line, licence, link !== undefined) };
    const full = differences(wanted, licence);
    const { change, stuck } = withoutWhatDoesNotStick(full, this.input.lastApplied.get(`licence:${licence.licenceId}`));
    if (stuck.length > 0) {
      this.skip(
        id,
        'does_not_stick',
        `HaloPSA, or somebody in it, undid the last change of ${stuck.join(', ')}. It is not written again until something else changes there.`,
        {
          line: line.line,
          psaId: licence.licenceId,
        },
      );
    }
    if (Object.keys(change.fields).length === 0) {
      if (link) this.plan.links.push(link);
      if (stuck.length === 0) this.plan.unchanged.licences += 1;
      return;
    }
    const action: LicenceUpdateChange['action'] = link ? 'rekey' : change.fields.is_active === true ? 'reactivate' : 'update';
    const remark = this.input.form.remark?.(line);
    this.plan.changes.push({
      entity: 'licence',
      action,
      customerId: subscription.customerId,
      psaId: licence.licenceId,
      subscriptionId: id,
      line: line.line,
      before: change.before,
      fields: change.fields,
      ...(link ? { link } : {}),
      ...(remark === undefined ? {} : { message: remark }),
    });
  }

  /** The key to write, if any: where there is none yet, or our own for another line. What somebody else put there is left alone. */
  #key(subscription: SubscriptionDetail, line: SubscriptionLine, licence: Licence, renewal: boolean): LicenceFields {
    const written = licence.snowid;
    if (this.input.keysLost) return {};
    if (written != null && !(renewal && isOurKey(written))) return {};
    // Re-keyed already, by an attempt that ended before it could say so.
    if (parseLicenceKey(this.input.marketplace, written)?.subscriptionId === subscription.subscriptionId) return {};
    const key = this.#newKey(subscription, line);
    return this.holdings.carrying(key) ? {} : { snowid: key };
  }
}
