import {
  hasEnded,
  isLive,
  isOurKey,
  parseLicenceKey,
  type Licence,
  type LicenceFields,
  type Subscription,
  type SubscriptionDetail,
  type SubscriptionLine,
} from '../../domain/index.js';
import type { SkipReason } from '../../../entities/index.js';
import { AlreadyThere } from './already-there.js';
import { differences, withoutWhatDoesNotStick } from './diff.js';
import { EndedLines } from './ended-lines.js';
import { Endings } from './endings.js';
import { Holdings, type Holding } from './holdings.js';
import type { LicenceUpdateChange, LinkDecision, Plan, PlanInput } from './input.js';
import { isTrial, keptKey, newFields, ownedFields } from './line-fields.js';
import { mainSite, type Placement } from './plan-clients.js';
import { findSuccessions, productOf, type EndedLine, type LiveLine, type NewLine, type Succession } from './renewals.js';

const MAX_COUNT = 2_147_483_647;

type Place = Extract<Placement, { kind: 'client' | 'new' }>;

/** Plans the licences of every subscription in the look: one for each live product line of a mapped customer. */
export function planLicences(input: PlanInput, plan: Plan, placements: ReadonlyMap<string, Placement>): void {
  new LicencePlanner(input, plan, placements).run();
}

class LicencePlanner {
  readonly #holdings: Holdings;
  readonly #ended: EndedLines;
  readonly #endings: Endings;
  /** By customer: lines that a live subscription does not have any more. */
  readonly #vanished = new Map<string, EndedLine[]>();
  readonly #there: AlreadyThere;
  /** By customer. */
  readonly #fresh = new Map<string, NewLine[]>();
  /** By customer: live lines that are not fresh. */
  readonly #live = new Map<string, LiveLine[]>();

  constructor(
    private readonly input: PlanInput,
    private readonly plan: Plan,
    private readonly placements: ReadonlyMap<string, Placement>,
  ) {
    this.#holdings = new Holdings(input, plan.needs);
    this.#ended = new EndedLines(input, this.#holdings);
    this.#endings = new Endings(input, plan, placements);
    this.#there = new AlreadyThere(input.licences, (licenceId) => this.#holdings.isLinked(licenceId));
  }

  run(): void {
    const rows = this.input.subscriptions.rows
      .filter((row) => this.input.customerIds?.has(row.customerId) ?? true)
      .toSorted((a, b) => (a.subscriptionId < b.subscriptionId ? -1 : 1));
    for (const { id, reason } of this.input.subscriptions.malformed) {
      this.#skip(id ?? '', 'invalid', `The marketplace's record could not be understood: ${reason}`);
    }
    this.#ended.addAbsent(rows);
    for (const row of rows) this.#subscription(row);
    for (const [customerId, fresh] of this.#fresh) this.#settleNew(customerId, fresh);
    if (!this.input.endings) return;
    this.#endings.planAll(this.#ended.all());
    this.#endings.planAll(this.#vanished);
  }

  #skip(subscriptionId: string, reason: SkipReason, detail: string, more: { line?: string; psaId?: string } = {}): void {
    this.plan.skips.push({ entity: 'subscription', marketplaceId: subscriptionId, reason, detail, ...more });
  }

  #subscription(row: Subscription): void {
    const id = row.subscriptionId;
    const read = this.input.details.get(id);
    const detail = read && !('reason' in read) ? read : undefined;
    const status = detail?.status ?? row.status;
    if (hasEnded(status)) {
      const held = this.#ended.addListed(row, detail);
      if (this.input.endings && held !== undefined) return;
      const left = held === undefined ? '' : ' Only the integrator, where that is switched on, ends licences.';
      return this.#skip(id, 'ended', `It has ended in the marketplace.${left}`, held === undefined ? {} : { psaId: held });
    }
    const place = this.placements.get(row.customerId);
    if (!place)
      return this.#skip(id, 'unknown_customer', `Its customer ${row.customerId} is not among the customers that the marketplace shows.`);
    if (place.kind === 'skip') return this.#skip(id, place.reason, place.detail);
    if (status === 'pending')
      return this.#skip(id, 'pending', 'It is not in force yet. It is imported once the marketplace calls it active.');
    if (!isLive(status))
      return this.#skip(
        id,
        'invalid',
        `Its status “${row.rawStatus ?? status}” is not known to this version; nothing about it is changed.`,
      );
    if (read === undefined) {
      this.plan.needs.details.add(id);
      return;
    }
    if (read === null)
      return this.#skip(id, 'invalid', 'The marketplace lists it but does not know its id. It is tried again at the next import.');
    if (!detail)
      return this.#skip(id, 'invalid', `The marketplace's record could not be understood: ${'reason' in read ? read.reason : ''}`);
    if (detail.customerId !== row.customerId)
      return this.#skip(id, 'invalid', `The list gives it to customer ${row.customerId}, its own record to ${detail.customerId}.`);
    if (detail.lines.length === 0)
      return this.#skip(
        id,
        'no_product',
        'It has no product, so there is nothing to count or bill. This is usual for reservations, savings plans and internal plans.',
      );
    const holdings = this.#holdings.of(id, detail.lines);
    for (const line of detail.lines.toSorted((a, b) => (a.line < b.line ? -1 : 1)))
      this.#line(detail, line, holdings.get(line.line)!, place);
    for (const gone of this.#holdings.ofVanishedLines(id, detail.lines)) this.#vanishedLine(detail, gone);
  }

  #vanishedLine({ subscriptionId, customerId }: SubscriptionDetail, { line, licence }: { line: string; licence: Licence }): void {
    if (this.input.endings)
      push(this.#vanished, customerId, { subscriptionId, line, licence, proven: true, vanished: true, endDate: this.input.today });
    else {
      const detail = 'Its subscription lives on without this product. Only the integrator, where that is switched on, ends licences.';
      this.#skip(subscriptionId, 'ended', detail, { line, psaId: licence.licenceId });
    }
  }

  #line(subscription: SubscriptionDetail, line: SubscriptionLine, holding: Holding, place: Place): void {
    const wanted = ownedFields(this.input, subscription, line);
    const product = productOf(wanted);
    const of = {
      ...(product === undefined ? {} : { product }),
      ...(line.vendorSubscriptionId === undefined ? {} : { vendorSubscriptionId: line.vendorSubscriptionId }),
    };
    const refused = this.#refusal(subscription, line, holding, wanted);
    if (!refused && holding.kind === 'none') {
      const fresh: NewLine = { subscription, line, wanted, ...of };
      if (holding.createAnyway) this.#create(fresh, place);
      else push(this.#fresh, subscription.customerId, fresh);
      return;
    }
    const licenceId = holding.kind === 'licence' ? holding.licence.licenceId : undefined;
    push(this.#live, subscription.customerId, {
      subscriptionId: subscription.subscriptionId,
      line: line.line,
      ...of,
      ...(licenceId === undefined ? {} : { licenceId }),
    });
    if (refused) {
      const psaId = refused.psaId ?? licenceId;
      return this.#skip(subscription.subscriptionId, refused.reason, refused.detail, {
        line: line.line,
        ...(psaId === undefined ? {} : { psaId }),
      });
    }
    if (holding.kind !== 'licence') return;
    if (!holding.linked)
      this.plan.links.push({
        subscriptionId: subscription.subscriptionId,
        line: line.line,
        licenceId: holding.licence.licenceId,
        origin: 'key',
      });
    this.#update(subscription, line, holding.licence, wanted);
  }

  /** Why a line gets no licence, or its licence is left alone. */
  #refusal(
    subscription: SubscriptionDetail,
    line: SubscriptionLine,
    holding: Holding,
    wanted: LicenceFields,
  ): { reason: SkipReason; detail: string; psaId?: string } | undefined {
    const { quantity } = line;
    if (line.mpn === undefined && line.productId === undefined)
      return { reason: 'no_product', detail: 'This product has neither an MPN nor an id, so it cannot be told from others.' };
    if (this.input.subscriptionImport.trials === 'skip' && isTrial(subscription, line))
      return { reason: 'trial', detail: 'It is a trial, and trials are not imported.' };
    if (quantity === undefined) return { reason: 'invalid', detail: 'The marketplace does not say its quantity.' };
    if (!Number.isInteger(quantity))
      return { reason: 'fractional', detail: `Its quantity is ${quantity}; HaloPSA counts whole numbers only.` };
    if (quantity < 0 || quantity > MAX_COUNT) return { reason: 'invalid', detail: `Its quantity ${quantity} cannot be a number of seats.` };
    if (wanted.term_duration == null) {
      const period = subscription.subscriptionPeriod;
      return {
        reason: 'unknown_term',
        detail: `Its term ${period ? `(${period.duration} ${period.type}) ` : ''}has no known length; nothing is guessed.`,
      };
    }
    if (holding.kind === 'duplicate') {
      return {
        reason: 'duplicate_key',
        detail: `Licences ${holding.licenceIds.join(', ')} in HaloPSA carry the same key. Clear the field in all but the right one.`,
        psaId: holding.licenceIds[0]!,
      };
    }
    if (holding.kind === 'deleted') {
      return {
        reason: 'deleted_in_psa',
        detail: `Its licence ${holding.licenceId} was deleted in HaloPSA. Link another one, or say that it is to be created again.`,
        psaId: holding.licenceId,
      };
    }
    if (holding.kind === 'elsewhere') {
      return {
        reason: 'already_in_psa',
        detail: `Licence ${holding.licenceId} stands for this line, but another tenant of this HaloPSA is linked to it: is the same marketplace account connected twice?`,
        psaId: holding.licenceId,
      };
    }
    return undefined;
  }

  /** Decides for each new line of a customer: a renewal, something already there, or a licence to create. */
  #settleNew(customerId: string, fresh: NewLine[]): void {
    const place = this.placements.get(customerId);
    if (!place || place.kind === 'skip') return;
    const live = [...(this.#live.get(customerId) ?? []), ...this.#ended.aliveAnyway(customerId)];
    const successions = this.input.subscriptionImport.followRenewals
      ? findSuccessions(fresh, this.#ended.of(customerId), live, { today: this.input.today, complete: this.input.subscriptions.complete })
      : new Map<NewLine, Succession>();
    for (const line of fresh) {
      const { subscriptionId } = line.subscription;
      const succession = successions.get(line) ?? this.#afterVanished(line);
      if (succession?.kind === 'ask') {
        for (const of of succession.of) this.plan.needs.details.add(of.subscriptionId);
      } else if (succession?.kind === 'renewal') {
        const { of } = succession;
        this.#endings.keep([of.licence.licenceId]);
        this.#update(line.subscription, line.line, of.licence, line.wanted, {
          subscriptionId,
          line: line.line.line,
          licenceId: of.licence.licenceId,
          origin: 'renewal',
          instead: { subscriptionId: of.subscriptionId, line: of.line },
        });
      } else if (succession) {
        this.#endings.keep(succession.licenceIds);
        const licences = succession.licenceIds.length > 0 ? ` (licence ${succession.licenceIds.join(', ')})` : '';
        this.#skip(
          subscriptionId,
          'successor',
          `It may be what follows subscription ${succession.of.join(', ')}${licences}, which ${succession.why}. Link it to that licence, or say that a new one is to be created.`,
          { line: line.line.line, ...(succession.licenceIds[0] === undefined ? {} : { psaId: succession.licenceIds[0] }) },
        );
      } else {
        const there = place.kind === 'client' ? this.#there.find(place.clientId, line) : undefined;
        if (!there) this.#create(line, place);
        else {
          const detail = `${there.why} Link it to that licence to keep its invoice line, or say that a new one is to be created.`;
          this.#skip(subscriptionId, 'already_in_psa', detail, { line: line.line.line, psaId: there.licence.licenceId });
        }
      }
    }
  }

  /** A new product in a subscription that lost another one may be its upgrade: not clear enough to go on with its licence. */
  #afterVanished({ subscription }: NewLine): Succession | undefined {
    if (!this.input.subscriptionImport.followRenewals) return undefined;
    const gone = this.#holdings.ofVanishedLines(subscription.subscriptionId, subscription.lines);
    if (gone.length === 0) return undefined;
    const names = gone.map(({ line }) => line).join(', ');
    return {
      kind: 'unclear',
      of: [subscription.subscriptionId],
      licenceIds: gone.map(({ licence }) => licence.licenceId).toSorted((a, b) => Number(a) - Number(b)),
      why: `is the same one: its line ${names} is gone and this one is new`,
    };
  }

  #create({ subscription, line }: NewLine, place: Place): void {
    const { subscriptionId } = subscription;
    const key = this.#newKey(subscription, line);
    const taken = this.#holdings.carrying(key);
    if (taken) {
      const detail = `Licence ${taken.licenceId} carries this line's key (${key}) but is linked to another line. Clear that field in it, then import again.`;
      return this.#skip(subscriptionId, 'duplicate_key', detail, { line: line.line, psaId: taken.licenceId });
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
    return lines.every((other) => line <= other.line) && !this.#holdings.carrying(key) ? key : keptKey(this.input, subscriptionId, line);
  }

  #update(subscription: SubscriptionDetail, line: SubscriptionLine, licence: Licence, owned: LicenceFields, link?: LinkDecision): void {
    const id = subscription.subscriptionId;
    const wanted = { ...owned, ...this.#key(subscription, line, licence, link !== undefined) };
    const full = differences(wanted, licence);
    const { change, stuck } = withoutWhatDoesNotStick(full, this.input.lastApplied.get(`licence:${licence.licenceId}`));
    if (stuck.length > 0) {
      this.#skip(
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
    return this.#holdings.carrying(key) ? {} : { snowid: key };
  }
}

function push<T>(groups: Map<string, T[]>, key: string, value: T): void {
  const group = groups.get(key);
  if (group) group.push(value);
  else groups.set(key, [value]);
}
