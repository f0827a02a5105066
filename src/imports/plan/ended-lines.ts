import { hasEnded, type Subscription, type SubscriptionDetail, type SubscriptionLine } from '../../domain/index.js';
import type { Holdings } from './holdings.js';
import type { PlanInput } from './input.js';
import { ownedFields } from './line-fields.js';
import { productOf, type EndedLine, type LiveLine } from './renewals.js';

/** Licences that carry the key of what is over, and of which none can be told to be its licence. */
export interface Doubtful {
  subscriptionId: string;
  line: string;
  customerId: string;
  licenceIds: readonly string[];
}

/** The licences that subscriptions which are over, or are not listed any more, still have: what a renewal may go on with. */
export class EndedLines {
  readonly #ended = new Map<string, EndedLine[]>();
  readonly #doubtful: Doubtful[] = [];
  readonly #alive = new Map<string, LiveLine[]>();

  constructor(
    private readonly input: PlanInput,
    private readonly holdings: Holdings,
  ) {}

  /** Every ended line that has a licence, by customer. */
  all(): ReadonlyMap<string, readonly EndedLine[]> {
    return this.#ended;
  }

  /** What stands for ended lines perhaps, and is left as it is. */
  doubtful(): readonly Doubtful[] {
    return this.#doubtful;
  }

  of(customerId: string): readonly EndedLine[] {
    return this.#ended.get(customerId) ?? [];
  }

  /** Lines that the list lacks although the marketplace knows them as alive. */
  aliveAnyway(customerId: string): readonly LiveLine[] {
    return this.#alive.get(customerId) ?? [];
  }

  /** Notes the licences of a subscription that is listed as ended. Answers the first one's id. */
  addListed(row: Subscription, detail: SubscriptionDetail | undefined): string | undefined {
    return this.#add(row.subscriptionId, row.customerId, detail, row.expirationDate ?? row.renewalDate, true);
  }

  /**
   * Notes linked subscriptions that the look lacks. That they are over is proven by a complete look and by the marketplace not
   * knowing their id any more; who is followed by nothing need not be asked for.
   */
  addAbsent(rows: readonly Subscription[]): void {
    const { input } = this;
    const listed = new Set(rows.map((row) => row.subscriptionId));
    for (const { id } of input.subscriptions.malformed) if (id !== undefined) listed.add(id);
    for (const subscriptionId of new Set(input.links.map((link) => link.subscriptionId))) {
      if (listed.has(subscriptionId)) continue;
      const cached = input.details.get(subscriptionId);
      if (!cached || 'reason' in cached || (input.customerIds && !input.customerIds.has(cached.customerId))) continue;
      const shown = input.absent.get(subscriptionId);
      const detail = shown && !('reason' in shown) ? shown : cached;
      if (shown && !('reason' in shown) && !hasEnded(shown.status)) this.#addAlive(shown);
      else this.#add(subscriptionId, cached.customerId, detail, detail.expirationDate ?? detail.renewalDate, this.#proof(shown));
    }
  }

  #proof(shown: ReturnType<PlanInput['absent']['get']>): EndedLine['proven'] {
    if (!this.input.subscriptions.complete) return false;
    if (shown === undefined) return 'ask';
    return shown === null || !('reason' in shown);
  }

  #addAlive(detail: SubscriptionDetail): void {
    for (const line of detail.lines) {
      const product = productOf(ownedFields(this.input, detail, line));
      const licenceId = this.holdings.link(detail.subscriptionId, line.line)?.licenceId ?? undefined;
      push(this.#alive, detail.customerId, {
        subscriptionId: detail.subscriptionId,
        line: line.line,
        ...(licenceId === undefined ? {} : { licenceId }),
        ...(product === undefined ? {} : { product }),
        ...(line.vendorSubscriptionId === undefined ? {} : { vendorSubscriptionId: line.vendorSubscriptionId }),
      });
    }
  }

  #add(
    subscriptionId: string,
    customerId: string,
    detail: SubscriptionDetail | undefined,
    endDate: string | undefined,
    proven: EndedLine['proven'],
  ): string | undefined {
    // What ended may show fewer products than it had, or none; a licence of one that it does not show any more is there all the same.
    const shown: readonly Pick<SubscriptionLine, 'line' | 'mpn'>[] = detail?.lines ?? [];
    const names = new Set(shown.map(({ line }) => line));
    const remembered = [...shown, ...this.holdings.linesOf(subscriptionId).filter(({ line }) => !names.has(line))];
    const known = remembered.length > 0 ? remembered.toSorted((a, b) => (a.line < b.line ? -1 : 1)) : [{ line: '' }];
    let first: string | undefined;
    const left = new Set(this.holdings.keyed(subscriptionId).map(({ licenceId }) => licenceId));
    for (const [name, holding] of this.holdings.of(subscriptionId, known)) {
      if (holding.kind === 'duplicate') {
        this.#doubtful.push({ subscriptionId, line: name, customerId, licenceIds: holding.licenceIds });
        for (const id of holding.licenceIds) left.delete(id);
      }
      if (holding.kind !== 'licence') continue;
      left.delete(holding.licence.licenceId);
      first ??= holding.licence.licenceId;
      const line = detail?.lines.find((other) => other.line === name);
      // What the line was of; without its detail, what its licence says.
      const product = (detail && line && productOf(ownedFields(this.input, detail, line))) ?? productOf(holding.licence);
      const end = endDate ?? holding.licence.end_date ?? undefined;
      push(this.#ended, customerId, {
        subscriptionId,
        line: name,
        licence: holding.licence,
        proven,
        ...(product === undefined ? {} : { product }),
        ...(end === undefined ? {} : { endDate: end }),
        ...(line?.vendorSubscriptionId === undefined ? {} : { vendorSubscriptionId: line.vendorSubscriptionId }),
      });
    }
    for (const id of left) this.#doubtful.push({ subscriptionId, line: '', customerId, licenceIds: [id] });
    return first;
  }
}

function push<T>(groups: Map<string, T[]>, key: string, value: T): void {
  const group = groups.get(key);
  if (group) group.push(value);
  else groups.set(key, [value]);
}
