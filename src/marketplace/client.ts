import {
  collected,
  namedPage,
  type Customer,
  type KnownPages,
  type Look,
  type Malformed,
  type Order,
  type Subscription,
  type SubscriptionDetail,
  type Take,
  type Walk,
} from '../domain/index.js';
import { UpstreamError, type HttpAnswer } from '../egress/index.js';
import { badAnswer } from './answers.js';
import { readCustomer } from './customer.js';
import { readOrder } from './order.js';
import type { MarketplaceDeps, MarketplaceSettings } from './settings.js';
import { readSubscription, readSubscriptionDetail } from './subscription.js';
import { Transport, type Query } from './transport.js';
import { walkList, type Page, type Shown } from './walk.js';
import { isObject, textOf, type WireObject } from './wire.js';

/** The most rows a page may have, seen on the live API; some answer more with 400. */
const LARGE_PAGE = 500;
const SMALL_PAGE = 100;
/** The number of a page that says how many records the list holds. */
const TOTAL = 'total';

/**
 * Reads one reseller's account in the Ingram Micro Cloud Marketplace. It can send nothing but GETs and `POST /token`.
 *
 * Methods throw an UpstreamError when the marketplace cannot be read, or the reason of `deps.signal` once that is aborted.
 */
export class MarketplaceClient {
  readonly #transport: Transport;
  readonly #resellerId?: string;
  #pageSize = LARGE_PAGE;

  constructor(settings: MarketplaceSettings, deps: MarketplaceDeps) {
    this.#transport = new Transport(settings, deps);
    this.#resellerId = settings.resellerId;
  }

  /** Calls made so far, those for tokens included, and how many of them were answered with 429. */
  get calls(): { readonly made: number; readonly refused: number } {
    return this.#transport.calls;
  }

  /** Calls that an hour allows: by the rate to begin with, or the one that was found if that is lower. */
  get callsAnHour(): number {
    return this.#transport.callsAnHour;
  }

  /** Gets a token if there is none. */
  async authenticate(): Promise<void> {
    await this.#transport.authenticate();
  }

  /** One GET below the API URL, with a body of JSON; for looking at what a method does not show. */
  async get(path: string, query: Query = {}): Promise<HttpAnswer> {
    return this.#transport.get(path, query, (answer) => {
      if (answer.json === undefined) throw badAnswer(answer, `GET ${path}`);
      return answer;
    });
  }

  /** Every customer, all at once; see `eachCustomer`. */
  customers(): Promise<Look<Customer>> {
    return collected(
      (row) => row.customerId,
      (take) => this.eachCustomer(take),
    );
  }

  /** Every customer, handed on page by page. */
  eachCustomer(take: Take<Customer>, known?: KnownPages): Promise<Walk> {
    return walkList(
      (offset) => this.#page('/customers', {}, offset, known),
      (row) => readCustomer(row, this.#resellerId),
      take,
    );
  }

  async customer(customerId: string): Promise<Customer | Malformed | null> {
    const raw = await this.#one('/customers', customerId);
    if (!raw) return null;
    const judged = readCustomer(raw);
    if (judged.kind === 'row') return judged.row;
    return { id: customerId, reason: judged.kind === 'malformed' ? judged.reason : 'It belongs to another reseller.' };
  }

  /** Every subscription, or one customer's, all at once; see `eachSubscription`. */
  subscriptions(filter: { customerId?: string } = {}): Promise<Look<Subscription>> {
    return collected(
      (row) => row.subscriptionId,
      (take) => this.eachSubscription(filter, take),
    );
  }

  /** Every subscription, or one customer's, handed on page by page. */
  eachSubscription(filter: { customerId?: string }, take: Take<Subscription>, known?: KnownPages): Promise<Walk> {
    return walkList(
      (offset) => this.#page('/subscriptions', { customerId: filter.customerId }, offset, known),
      (row) => readSubscription(row, filter.customerId),
      take,
    );
  }

  async subscription(subscriptionId: string): Promise<SubscriptionDetail | Malformed | null> {
    const raw = await this.#one('/subscriptions', subscriptionId);
    return raw ? readSubscriptionDetail(raw) : null;
  }

  /** Orders, newest first, each once; pages are read as the caller goes on. */
  async *orders(): AsyncGenerator<Order, void, undefined> {
    const seen = new Set<string>();
    for (let offset = 0; ;) {
      const { rows, total } = (await this.#page('/orders', {}, offset)).page();
      const before = seen.size;
      let unreadable = 0;
      for (const row of rows) {
        const order = readOrder(row);
        if (!order) {
          unreadable += 1;
        } else if (!seen.has(order.orderId)) {
          // New orders push the others down a place, so the next page may begin with ones seen already.
          seen.add(order.orderId);
          yield order;
        }
      }
      offset += rows.length;
      if (rows.length === 0 || seen.size + unreadable === before || (total !== undefined && offset >= total)) return;
    }
  }

  async order(orderId: string): Promise<Order | null> {
    const raw = await this.#one('/orders', orderId);
    return raw ? (readOrder(raw) ?? null) : null;
  }

  /** Closes idle connections. */
  close(): void {
    this.#transport.close();
  }

  /** One page of a list. An answer that is not a list, or an empty first page of a list that says it has rows, is tried again. */
  async #page(path: string, query: Query, offset: number, known?: KnownPages): Promise<Shown> {
    const pageOf = (answer: HttpAnswer): Page => {
      const body = isObject(answer.json) ? answer.json : {};
      const total = isObject(body.pagination) ? totalOf(body.pagination.total) : undefined;
      // Empty arrays were once left out; then the total has to say that there is nothing (more).
      const data = body.data === undefined && total !== undefined && total <= offset ? [] : body.data;
      if (!Array.isArray(data)) throw badAnswer(answer, `GET ${path}`);
      if (data.length === 0 && offset === 0 && total !== undefined && total > 0) {
        throw badAnswer(answer, `GET ${path}`, `The list says it has ${total} rows and shows none.`);
      }
      return { rows: data, total };
    };
    const read = (answer: HttpAnswer): Shown => {
      const named = namedPage(known, answer.text, TOTAL);
      if (named?.ids) return { named, page: () => pageOf(answer) };
      const page = pageOf(answer);
      return { named, page: () => page };
    };
    try {
      return await this.#transport.get(path, { ...query, offset, limit: this.#pageSize }, read);
    } catch (error) {
      const tooLarge = error instanceof UpstreamError && error.kind === 'refused' && error.status === 400;
      if (!tooLarge || this.#pageSize <= SMALL_PAGE) throw error;
      // Whether more than 100 rows are allowed is not documented: some installations may refuse 500.
      this.#pageSize = SMALL_PAGE;
      return this.#transport.get(path, { ...query, offset, limit: this.#pageSize }, read);
    }
  }

  /** One record by its id; null when there is none. An answer about another record is tried again, then fails. */
  async #one(path: string, id: string): Promise<WireObject | null> {
    // An empty id would read the list, "." and ".." another path.
    if (/^\.{0,2}$/.test(id)) return null;
    const target = `${path}/${encodeURIComponent(id)}`;
    try {
      return await this.#transport.get(target, {}, (answer) => {
        if (!isObject(answer.json)) throw badAnswer(answer, `GET ${target}`);
        const shown = textOf(answer.json.id);
        if (shown === id) return answer.json;
        throw badAnswer(answer, `GET ${target}`, shown === undefined ? undefined : `The answer is about ${shown.slice(0, 40)}.`);
      });
    } catch (error) {
      if (error instanceof UpstreamError && error.kind === 'not_found') return null;
      throw error;
    }
  }
}

function totalOf(value: unknown): number | undefined {
  const total = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof total === 'number' && Number.isInteger(total) && total >= 0 ? total : undefined;
}
