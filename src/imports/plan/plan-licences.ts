import { exactName, hasEnded, isLive, isOurKey, licenceKey, type Licence, type LicenceFields, type Subscription, type SubscriptionDetail, type SubscriptionLine } from '../../domain/index.js';
import type { SkipReason } from '../../../entities/index.js';
import { differences, withoutWhatDoesNotStick } from './diff.js';
import { Holdings, type Holding } from './holdings.js';
import type { LicenceUpdateChange, LinkDecision, Plan, PlanInput } from './input.js';
import { isTrial, newFields, ownedFields } from './line-fields.js';
import { mainSite, type Placement } from './plan-clients.js';
import { findSuccessions, type EndedLine, type LiveLine, type NewLine, type Succession } from './renewals.js';

const MAX_COUNT = 2_147_483_647;

/** Plans the licences of every subscription in the look: one for each live product line of a mapped customer. */
export function planLicences(input: PlanInput, plan: Plan, placements: ReadonlyMap<string, Placement>): void {
  new LicencePlanner(input, plan, placements).run();
}

class LicencePlanner {
  readonly #holdings: Holdings;
  readonly #fresh = new Map<string, NewLine[]>();
  readonly #ended = new Map<string, EndedLine[]>();
  readonly #live = new Map<string, LiveLine[]>();
  readonly #licencesOf = new Map<string, Licence[]>();

  constructor(
    private readonly input: PlanInput,
    private readonly plan: Plan,
    private readonly placements: ReadonlyMap<string, Placement>,
  ) {
    this.#holdings = new Holdings(input, plan.needs);
    for (const licence of input.licences) push(this.#licencesOf, licence.clientId, licence);
  }

  run(): void {
    const rows = this.input.subscriptions.rows
      .filter((row) => this.input.customerIds?.has(row.customerId) ?? true)
      .toSorted((a, b) => (a.subscriptionId < b.subscriptionId ? -1 : 1));
    for (const { id, reason } of this.input.subscriptions.malformed) {
      if (id !== undefined) this.#skip(id, 'invalid', `The marketplace's record could not be understood: ${reason}`);
    }
    this.#rememberGone(rows);
    for (const row of rows) this.#subscription(row);
    for (const [customerId, fresh] of this.#fresh) this.#settleNew(customerId, fresh);
  }

  #skip(subscriptionId: string, reason: SkipReason, detail: string, more: { line?: string; psaId?: string } = {}): void {
    this.plan.skips.push({ entity: 'subscription', marketplaceId: subscriptionId, reason, detail, ...more });
  }

  #subscription(row: Subscription): void {
    const id = row.subscriptionId;
    const read = this.input.details.get(id);
    const status = read && !('reason' in read) ? read.status : row.status;
    if (hasEnded(status)) {
      this.#endedSubscription(row, read && !('reason' in read) ? read : undefined);
      return;
    }
    const place = this.placements.get(row.customerId);
    if (!place) return this.#skip(id, 'unknown_customer', `Its customer ${row.customerId} is not among the customers that the marketplace shows.`);
    if (place.kind === 'skip') return this.#skip(id, place.reason, place.detail);
    if (status === 'pending') return this.#skip(id, 'pending', 'It is not in force yet. It is imported once the marketplace calls it active.');
    if (!isLive(status)) return this.#skip(id, 'invalid', `Its status “${row.rawStatus ?? status}” is not known to this version; nothing about it is changed.`);
    if (read === undefined) {
      this.plan.needs.details.add(id);
      return;
    }
    if (read === null) return this.#skip(id, 'invalid', 'The marketplace lists it but does not know its id. It is tried again at the next import.');
    if ('reason' in read) return this.#skip(id, 'invalid', `The marketplace's record could not be understood: ${read.reason}`);
    if (read.customerId !== row.customerId) return this.#skip(id, 'invalid', `The list gives it to customer ${row.customerId}, its own record to ${read.customerId}.`);
    if (read.lines.length === 0) return this.#skip(id, 'no_product', 'It has no product, so there is nothing to count or bill. This is usual for reservations, savings plans and internal plans.');
    const holdings = this.#holdings.of(id, read.lines);
    for (const line of read.lines.toSorted((a, b) => (a.line < b.line ? -1 : 1))) this.#line(read, line, holdings.get(line.line)!, place);
  }

  #line(subscription: SubscriptionDetail, line: SubscriptionLine, holding: Holding, place: Extract<Placement, { kind: 'client' | 'new' }>): void {
    const id = subscription.subscriptionId;
    const skip = (reason: SkipReason, detail: string, psaId?: string): void => this.#skip(id, reason, detail, { line: line.line, ...(psaId === undefined ? {} : { psaId }) });
    const { form, subscriptionImport } = this.input;

    if (line.mpn === undefined && line.productId === undefined) return skip('no_product', 'This product has neither an MPN nor an id, so it cannot be told from others.');
    if (subscriptionImport.trials === 'skip' && isTrial(subscription, line)) return skip('trial', 'It is a trial, and trials are not imported.');
    const { quantity } = line;
    if (quantity === undefined) return skip('invalid', 'The marketplace does not say its quantity.');
    if (!Number.isInteger(quantity)) return skip('fractional', `Its quantity is ${quantity}; HaloPSA counts whole numbers only.`);
    if (quantity < 0 || quantity > MAX_COUNT) return skip('invalid', `Its quantity ${quantity} cannot be a number of seats.`);
    const wanted = ownedFields(this.input, subscription, line);
    if (wanted.term_duration == null) {
      const period = subscription.subscriptionPeriod;
      return skip('unknown_term', `Its term ${period ? `(${period.duration} ${period.type}) ` : ''}has no known length; nothing is guessed.`);
    }

    if (holding.kind === 'asked') return;
    if (holding.kind === 'duplicate') return skip('duplicate_key', `Licences ${holding.licenceIds.join(', ')} in HaloPSA carry the same key. Clear the field in all but the right one.`, holding.licenceIds[0]);
    if (holding.kind === 'deleted') return skip('deleted_in_psa', `Its licence ${holding.licenceId} was deleted in HaloPSA. Link another one, or say that it is to be created again.`, holding.licenceId);
    if (holding.kind === 'licence') {
      if (!holding.linked) this.plan.links.push({ subscriptionId: id, line: line.line, licenceId: holding.licence.licenceId, origin: 'key' });
      push(this.#live, subscription.customerId, {
        subscriptionId: id,
        line: line.line,
        licence: holding.licence,
        ...(line.vendorSubscriptionId === undefined ? {} : { vendorSubscriptionId: line.vendorSubscriptionId }),
      });
      this.#update(subscription, line, holding.licence, wanted);
      return;
    }
    const key = form.remark?.(line);
    const fresh: NewLine = { subscription, line, wanted };
    if (holding.createAnyway) this.#create(fresh, place, key);
    else push(this.#fresh, subscription.customerId, fresh);
  }

  /** Decides for each new line of a customer: a renewal, something already there, or a licence to create. */
  #settleNew(customerId: string, fresh: NewLine[]): void {
    const place = this.placements.get(customerId);
    if (!place || place.kind === 'skip') return;
    const successions = this.input.subscriptionImport.followRenewals
      ? findSuccessions(fresh, this.#ended.get(customerId) ?? [], this.#live.get(customerId) ?? [], this.input.today)
      : new Map<NewLine, Succession>();
    for (const line of fresh) {
      const { subscription } = line;
      const succession = successions.get(line);
      const remark = this.input.form.remark?.(line.line);
      if (succession?.kind === 'renewal') {
        const { of } = succession;
        this.#update(subscription, line.line, of.licence, line.wanted, {
          subscriptionId: subscription.subscriptionId,
          line: line.line.line,
          licenceId: of.licence.licenceId,
          origin: 'renewal',
          instead: { subscriptionId: of.subscriptionId, line: of.line },
        });
        continue;
      }
      if (succession?.kind === 'unclear') {
        this.#skip(
          subscription.subscriptionId,
          'successor',
          `It may be what follows subscription ${succession.of.join(', ')} (licence ${succession.licenceIds.join(', ')}), which ${succession.why}. Link it to that licence, or say that a new one is to be created.`,
          { line: line.line.line, psaId: succession.licenceIds[0]! },
        );
        continue;
      }
      const there = place.kind === 'client' ? this.#alreadyThere(place.clientId, line) : undefined;
      if (there) {
        this.#skip(subscription.subscriptionId, 'already_in_psa', `${there.why} Link it to that licence to keep its invoice line, or say that a new one is to be created.`, {
          line: line.line.line,
          psaId: there.licence.licenceId,
        });
        continue;
      }
      this.#create(line, place, remark);
    }
  }

  #alreadyThere(clientId: string, { subscription, line, wanted }: NewLine): { licence: Licence; why: string } | undefined {
    const names = new Set([subscription.name, line.name].filter((name) => name !== undefined).map(exactName));
    for (const licence of (this.#licencesOf.get(clientId) ?? []).toSorted((a, b) => Number(a.licenceId) - Number(b.licenceId))) {
      if (licence.deleted || licence.is_active === false || isOurKey(licence.snowid) || this.#holdings.isLinked(licence.licenceId)) continue;
      const what = `Licence ${licence.licenceId} “${licence.name ?? ''}” of this client`;
      if (licence.snowid === subscription.subscriptionId) return { licence, why: `${what} already stands for this subscription.` };
      const sku = wanted.vendor_product_sku;
      if (sku != null && (licence.vendor_product_sku === sku || licence.product_sku === sku)) return { licence, why: `${what} already has this product's SKU.` };
      if (licence.azureConnected && licence.name != null && names.has(exactName(licence.name))) return { licence, why: `${what} is fed by a Microsoft connection under the same name.` };
    }
    return undefined;
  }

  #create({ subscription, line }: NewLine, place: Extract<Placement, { kind: 'client' | 'new' }>, remark: string | undefined): void {
    const id = subscription.subscriptionId;
    const site = place.kind === 'client' ? mainSite(this.input, this.plan.needs, place.clientId) : undefined;
    const first = !this.#holdings.firstKeyTaken(id) && !this.#firstKeyPlanned.has(id);
    this.#firstKeyPlanned.add(id);
    this.plan.changes.push({
      entity: 'licence',
      action: 'create',
      customerId: subscription.customerId,
      subscriptionId: id,
      line: line.line,
      fields: newFields(this.input, subscription, line, {
        client_id: place.kind === 'client' ? place.clientId : null,
        site_id: site ?? null,
        snowid: licenceKey(this.input.marketplace, id, first ? undefined : line.line),
      }),
      ...(remark === undefined ? {} : { message: remark }),
    });
  }
  readonly #firstKeyPlanned = new Set<string>();

  #update(subscription: SubscriptionDetail, line: SubscriptionLine, licence: Licence, owned: LicenceFields, link?: LinkDecision): void {
    const id = subscription.subscriptionId;
    const wanted = { ...owned, ...this.#key(id, line, licence, link !== undefined) };
    const full = differences(wanted, licence);
    const { change, stuck } = withoutWhatDoesNotStick(full, this.input.lastApplied.get(`licence:${licence.licenceId}`));
    if (stuck.length > 0) {
      this.#skip(id, 'does_not_stick', `HaloPSA, or somebody in it, undid the last change of ${stuck.join(', ')}. It is not written again until something else changes there.`, {
        line: line.line,
        psaId: licence.licenceId,
      });
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
  #key(subscriptionId: string, line: SubscriptionLine, licence: Licence, renewal: boolean): LicenceFields {
    if (this.input.keysLost) return {};
    if (licence.snowid == null || (renewal && isOurKey(licence.snowid))) {
      const first = !this.#holdings.firstKeyTaken(subscriptionId) && !this.#firstKeyPlanned.has(subscriptionId);
      this.#firstKeyPlanned.add(subscriptionId);
      return this.input.form.stored({ snowid: licenceKey(this.input.marketplace, subscriptionId, first ? undefined : line.line) });
    }
    return {};
  }

  #endedSubscription(row: Subscription, detail: SubscriptionDetail | undefined): void {
    const held = this.#rememberEnded(row.subscriptionId, row.customerId, detail, row.expirationDate ?? row.renewalDate, true);
    this.#skip(row.subscriptionId, 'ended', 'It has ended in the marketplace. An import by hand never ends a licence.', held === undefined ? {} : { psaId: held });
  }

  /** Notes the licences that a subscription no longer alive still has, for its renewal. Answers the first one's id. */
  #rememberEnded(subscriptionId: string, customerId: string, detail: SubscriptionDetail | undefined, endDate: string | undefined, proven: boolean): string | undefined {
    const lines: readonly Pick<SubscriptionLine, 'line' | 'mpn' | 'vendorSubscriptionId'>[] = detail?.lines ?? this.#holdings.linesOf(subscriptionId);
    const known = lines.length > 0 ? lines.toSorted((a, b) => (a.line < b.line ? -1 : 1)) : [{ line: '' }];
    let first: string | undefined;
    for (const [name, holding] of this.#holdings.of(subscriptionId, known)) {
      if (holding.kind !== 'licence') continue;
      first ??= holding.licence.licenceId;
      const vendorSubscriptionId = lines.find((line) => line.line === name)?.vendorSubscriptionId;
      const end = endDate ?? holding.licence.end_date ?? undefined;
      push(this.#ended, customerId, {
        subscriptionId,
        line: name,
        licence: holding.licence,
        proven,
        ...(end === undefined ? {} : { endDate: end }),
        ...(vendorSubscriptionId === undefined ? {} : { vendorSubscriptionId }),
      });
    }
    return first;
  }

  /** Linked subscriptions that the look lacks: ended for a renewal's sake if the look was complete; for nothing else. */
  #rememberGone(rows: readonly Subscription[]): void {
    const listed = new Set(rows.map((row) => row.subscriptionId));
    for (const { id } of this.input.subscriptions.malformed) if (id !== undefined) listed.add(id);
    for (const subscriptionId of new Set(this.input.links.map((link) => link.subscriptionId))) {
      if (listed.has(subscriptionId)) continue;
      const detail = this.input.details.get(subscriptionId);
      if (!detail || 'reason' in detail) continue;
      if (this.input.customerIds && !this.input.customerIds.has(detail.customerId)) continue;
      this.#rememberEnded(subscriptionId, detail.customerId, detail, detail.expirationDate ?? detail.renewalDate, this.input.subscriptions.complete);
    }
  }
}

function push<T>(groups: Map<string, T[]>, key: string, value: T): void {
  const group = groups.get(key);
  if (group) group.push(value);
  else groups.set(key, [value]);
}
