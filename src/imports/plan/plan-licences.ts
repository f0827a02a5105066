import {
  hasEnded,
  isLive,
  parseLicenceKey,
  type Licence,
  type Subscription,
  type SubscriptionDetail,
  type SubscriptionLine,
} from '../../domain/index.js';
import { AlreadyThere } from './already-there.js';
import { EndedLines } from './ended-lines.js';
import { Endings } from './endings.js';
import { Holdings, type Holding } from './holdings.js';
import type { Plan, PlanInput } from './input.js';
import { LicenceChanges, type Place } from './licence-changes.js';
import { ownedFields } from './line-fields.js';
import { isNameless, refusalOf, type Refusal } from './line-refusal.js';
import type { Placement } from './plan-clients.js';
import { findSuccessions, productOf, type EndedLine, type LiveLine, type NewLine, type Succession } from './renewals.js';

/** Plans the licences of every subscription in the look: one for each live product line of a mapped customer. */
export function planLicences(input: PlanInput, plan: Plan, placements: ReadonlyMap<string, Placement>): void {
  new LicencePlanner(input, plan, placements).run();
}

class LicencePlanner {
  readonly #holdings: Holdings;
  readonly #changes: LicenceChanges;
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
    this.#changes = new LicenceChanges(input, plan, this.#holdings);
    this.#ended = new EndedLines(input, this.#holdings);
    this.#endings = new Endings(input, plan, placements);
    this.#there = new AlreadyThere(input, (licenceId) => this.#holdings.isLinked(licenceId));
  }

  run(): void {
    const rows = this.input.subscriptions.rows
      .filter((row) => this.input.customerIds?.has(row.customerId) ?? true)
      .toSorted((a, b) => (a.subscriptionId < b.subscriptionId ? -1 : 1));
    for (const { id, reason } of this.input.subscriptions.malformed) {
      this.#changes.skip(id ?? '', 'invalid', `The marketplace's record could not be understood: ${reason}`);
    }
    this.#ended.addAbsent(rows);
    for (const row of rows) this.#subscription(row);
    for (const [customerId, fresh] of this.#fresh) this.#settleNew(customerId, fresh);
    if (!this.input.endings) return;
    this.#endings.planAll(this.#ended.all());
    this.#endings.planAll(this.#vanished);
    this.#endings.tellOf(this.#ended.doubtful());
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
      return this.#changes.skip(id, 'ended', `It has ended in the marketplace.${left}`, held === undefined ? {} : { psaId: held });
    }
    const place = this.placements.get(row.customerId);
    if (!place)
      return this.#changes.skip(
        id,
        'unknown_customer',
        `Its customer ${row.customerId} is not among the customers that the marketplace shows.`,
      );
    if (place.kind === 'skip') return this.#changes.skip(id, place.reason, place.detail);
    if (status === 'pending')
      return this.#changes.skip(id, 'pending', 'It is not in force yet. It is imported once the marketplace calls it active.');
    if (!isLive(status))
      return this.#changes.skip(
        id,
        'invalid',
        `Its status “${row.rawStatus ?? status}” is not known to this version; nothing about it is changed.`,
      );
    if (read === undefined) {
      this.plan.needs.details.add(id);
      return;
    }
    if (read === null)
      return this.#changes.skip(id, 'invalid', 'The marketplace lists it but does not know its id. It is tried again at the next import.');
    if (!detail)
      return this.#changes.skip(id, 'invalid', `The marketplace's record could not be understood: ${'reason' in read ? read.reason : ''}`);
    if (detail.customerId !== row.customerId)
      return this.#changes.skip(id, 'invalid', `The list gives it to customer ${row.customerId}, its own record to ${detail.customerId}.`);
    if (detail.lines.length === 0) return this.#withoutProduct(id);
    const holdings = this.#holdings.of(id, detail.lines);
    for (const line of detail.lines.toSorted((a, b) => (a.line < b.line ? -1 : 1))) this.#line(detail, line, holdings, place);
    this.#tellOfOthers(detail, holdings);
    const gone = this.#holdings.ofVanishedLines(id, detail.lines);
    if (detail.lines.some(isNameless)) this.#leave(id, gone, 'a product that has neither an MPN nor an id, which may be the one that');
    else for (const line of gone) this.#vanishedLine(detail, line);
  }

  /** Active licences with a key of a subscription that stand for no line it has: they are billed, and nothing else would be said of them. */
  #tellOfOthers({ subscriptionId, lines }: SubscriptionDetail, holdings: ReadonlyMap<string, Holding>): void {
    const others = this.#holdings.unheld(subscriptionId, holdings);
    if (others.length === 0) return;
    const told = new Set([
      ...lines.flatMap((line) => this.#holdings.contesting(subscriptionId, line, holdings)),
      ...[...holdings.values()].flatMap((holding) => (holding.kind === 'duplicate' ? holding.licenceIds : [])),
    ]);
    for (const { licenceId, snowid } of others.filter((other) => !told.has(other.licenceId))) {
      const line = parseLicenceKey(this.input.marketplace, snowid)?.line;
      const detail = `Licence ${licenceId} in HaloPSA carries a key of it, and no product that it has is known to be kept in it. The licence is left as it is: look whether it is still to be billed.`;
      this.#changes.skip(subscriptionId, 'no_product', detail, { ...(line === undefined ? {} : { line }), psaId: licenceId });
    }
  }

  /** No licence ends or loses its seats because the marketplace does not say what it sold: that is no word of an end. */
  #leave(id: string, held: readonly { line: string; licence: Licence }[], shown: string): void {
    for (const { line, licence } of held) {
      const detail = `The marketplace shows ${shown} licence ${licence.licenceId} stands for. The licence is left as it is: look whether it is still to be billed.`;
      this.#changes.skip(id, 'no_product', detail, { line, psaId: licence.licenceId });
    }
  }

  #withoutProduct(id: string): void {
    const held = this.#holdings.ofVanishedLines(id, []);
    if (held.length > 0) return this.#leave(id, held, 'no product of it any more, not the one either that');
    const detail =
      'It has no product, so there is nothing to count or bill. This is usual for reservations, savings plans and internal plans.';
    this.#changes.skip(id, 'no_product', detail);
  }

  #vanishedLine({ subscriptionId, customerId }: SubscriptionDetail, { line, licence }: { line: string; licence: Licence }): void {
    const twins = this.#holdings.twins(licence);
    if (twins.length > 0) {
      const detail = `Its subscription lives on without this product, but licences ${[licence.licenceId, ...twins].join(', ')} in HaloPSA carry the same key. Clear the field in all but the right one.`;
      this.#changes.skip(subscriptionId, 'duplicate_key', detail, { line, psaId: licence.licenceId });
    } else if (this.input.endings)
      push(this.#vanished, customerId, { subscriptionId, line, licence, proven: true, vanished: true, endDate: this.input.today });
    else {
      const detail = 'Its subscription lives on without this product. Only the integrator, where that is switched on, ends licences.';
      this.#changes.skip(subscriptionId, 'ended', detail, { line, psaId: licence.licenceId });
    }
  }

  #line(subscription: SubscriptionDetail, line: SubscriptionLine, holdings: ReadonlyMap<string, Holding>, place: Place): void {
    const holding = holdings.get(line.line)!;
    const wanted = ownedFields(this.input, subscription, line);
    const product = productOf(wanted);
    const of = {
      ...(product === undefined ? {} : { product }),
      ...(line.vendorSubscriptionId === undefined ? {} : { vendorSubscriptionId: line.vendorSubscriptionId }),
    };
    const refused = refusalOf(this.input, subscription, line, holding, wanted) ?? this.#contested(subscription, line, holdings);
    if (!refused && holding.kind === 'none') {
      const fresh: NewLine = { subscription, line, wanted, ...of };
      if (!holding.createAnyway) return push(this.#fresh, subscription.customerId, fresh);
      this.#changes.create(fresh, place);
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
      return this.#changes.skip(subscription.subscriptionId, refused.reason, refused.detail, {
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
    this.#changes.update(subscription, line, holding.licence, wanted);
  }

  /** No licence is brought into line while another one says that it is the line's: both are billed, and which is meant is for a person to say. */
  #contested({ subscriptionId }: SubscriptionDetail, line: SubscriptionLine, holdings: ReadonlyMap<string, Holding>): Refusal | undefined {
    const holding = holdings.get(line.line);
    const others = this.#holdings.contesting(subscriptionId, line, holdings);
    if (holding?.kind !== 'licence' || others.length === 0) return undefined;
    const detail = `It is linked to licence ${holding.licence.licenceId}, but licence ${others.join(', ')} in HaloPSA carries its key and is active, too. Link it to the right one, or clear the field in the other.`;
    return { reason: 'duplicate_key', detail, psaId: others[0]! };
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
      const vanished = this.#afterVanished(line);
      const succession = successions.get(line) ?? vanished;
      if (succession?.kind === 'ask') {
        for (const of of succession.of) this.plan.needs.details.add(of.subscriptionId);
      } else if (succession?.kind === 'renewal') {
        const { of } = succession;
        this.#endings.keep([of.licence.licenceId]);
        this.#changes.update(line.subscription, line.line, of.licence, line.wanted, {
          subscriptionId,
          line: line.line.line,
          licenceId: of.licence.licenceId,
          origin: 'renewal',
          instead: { subscriptionId: of.subscriptionId, line: of.line },
        });
      } else if (succession) {
        this.#endings.keep([...succession.licenceIds, ...(vanished?.licenceIds ?? [])]);
        const licences = succession.licenceIds.length > 0 ? ` (licence ${succession.licenceIds.join(', ')})` : '';
        this.#changes.skip(
          subscriptionId,
          'successor',
          `It may be what follows subscription ${succession.of.join(', ')}${licences}, which ${succession.why}. Link it to that licence, or say that a new one is to be created.`,
          { line: line.line.line, ...(succession.licenceIds[0] === undefined ? {} : { psaId: succession.licenceIds[0] }) },
        );
      } else {
        const there = place.kind === 'client' ? this.#there.find(place.clientId, line) : undefined;
        if (!there) this.#changes.create(line, place);
        else {
          const detail = `${there.why} Link it to that licence to keep its invoice line, or say that a new one is to be created.`;
          this.#changes.skip(subscriptionId, 'already_in_psa', detail, { line: line.line.line, psaId: there.licence.licenceId });
        }
      }
    }
  }

  /** A new product in a subscription that lost another one may be its upgrade: not clear enough to go on with its licence. */
  #afterVanished({ subscription }: NewLine): Extract<Succession, { kind: 'unclear' }> | undefined {
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
}

function push<T>(groups: Map<string, T[]>, key: string, value: T): void {
  const group = groups.get(key);
  if (group) group.push(value);
  else groups.set(key, [value]);
}
