import { parseLicenceKey, type Licence, type SubscriptionLine } from '../../domain/index.js';
import type { KnownLink, Needs, PlanInput } from './input.js';
import { keptKey } from './line-fields.js';

/** How a line is held in the PSA. */
export type Holding =
  | { kind: 'licence'; licence: Licence; linked: boolean }
  | { kind: 'duplicate'; licenceIds: string[] }
  | { kind: 'deleted'; licenceId: string }
  /** It carries our key, but another tenant of the PSA instance is linked to it. */
  | { kind: 'elsewhere'; licenceId: string }
  | { kind: 'asked' }
  | { kind: 'none'; createAnyway: boolean };

/** Licences by what names them, made once for a plan. */
export class Holdings {
  readonly #byId: Map<string, Licence>;
  readonly #links = new Map<string, KnownLink>();
  readonly #linesOf = new Map<string, { line: string }[]>();
  readonly #linked = new Set<string>();
  readonly #keyed = new Map<string, Licence[]>();

  constructor(
    private readonly input: PlanInput,
    private readonly needs: Needs,
  ) {
    this.#byId = new Map(input.licences.map((licence) => [licence.licenceId, licence]));
    for (const licence of input.licenceDetails.values()) if (licence) this.#byId.set(licence.licenceId, licence);
    for (const link of input.links) {
      this.#links.set(`${link.subscriptionId} ${link.line}`, link);
      if (link.licenceId !== null) this.#linked.add(link.licenceId);
      const lines = this.#linesOf.get(link.subscriptionId);
      if (lines) lines.push({ line: link.line });
      else this.#linesOf.set(link.subscriptionId, [{ line: link.line }]);
    }
    for (const licence of this.#byId.values()) {
      const key = parseLicenceKey(input.marketplace, licence.snowid);
      if (!key || input.released.has(licence.licenceId)) continue;
      const group = this.#keyed.get(key.subscriptionId);
      if (group) group.push(licence);
      else this.#keyed.set(key.subscriptionId, [licence]);
    }
  }

  link(subscriptionId: string, line: string): KnownLink | undefined {
    return this.#links.get(`${subscriptionId} ${line}`);
  }

  /** The linked lines of a subscription. */
  linesOf(subscriptionId: string): { line: string }[] {
    return this.#linesOf.get(subscriptionId) ?? [];
  }

  /** Whether a line of this tenant or of another one of the PSA instance is kept in the licence. */
  isLinked(licenceId: string): boolean {
    return this.#linked.has(licenceId) || this.input.heldElsewhere.has(licenceId);
  }

  /** The unlinked licences whose key names this subscription. */
  #candidates(subscriptionId: string): Licence[] {
    return (this.#keyed.get(subscriptionId) ?? []).filter((licence) => !this.#linked.has(licence.licenceId));
  }

  /** Licences, alive, whose key names this subscription although no line of anybody is linked to them. */
  keyed(subscriptionId: string): Licence[] {
    return this.#candidates(subscriptionId).filter(({ licenceId, deleted }) => !deleted && !this.isLinked(licenceId));
  }

  /**
   * Holdings of all lines of one subscription, by line. A link decides; then a key that names the line; then the key of a first
   * line, given to the line whose MPN the licence shows, else to the first line that is left.
   */
  of(subscriptionId: string, lines: readonly Pick<SubscriptionLine, 'line' | 'mpn'>[]): Map<string, Holding> {
    const held = new Map<string, Holding>();
    const open: Pick<SubscriptionLine, 'line' | 'mpn'>[] = [];
    for (const line of lines.toSorted((a, b) => (a.line < b.line ? -1 : 1))) {
      const link = this.link(subscriptionId, line.line);
      if (link?.licenceId != null) held.set(line.line, this.#linkedLicence(link, link.licenceId));
      else open.push(line);
    }
    const candidates = this.#candidates(subscriptionId);
    const take = (line: Pick<SubscriptionLine, 'line' | 'mpn'>, licences: Licence[]): void => {
      held.set(line.line, this.#keyedLicence(licences, this.link(subscriptionId, line.line)?.createAnyway ?? false));
    };
    const left: typeof open = [];
    for (const line of open) {
      const own =
        candidates.length === 0 ? [] : candidates.filter((licence) => licence.snowid === keptKey(this.input, subscriptionId, line.line));
      if (own.length > 0) take(line, own);
      else left.push(line);
    }
    const bare = candidates.filter((licence) => parseLicenceKey(this.input.marketplace, licence.snowid)?.line === undefined);
    const owner =
      left.find((line) => line.mpn !== undefined && bare.some((licence) => licence.vendor_product_sku === line.mpn)) ??
      // All other lines have their licence, so a first line's key that fits no MPN is the one line left, with another product.
      (left.length === 1 ? left[0] : undefined);
    for (const line of left) {
      if (bare.length > 0 && line === owner) take(line, bare);
      // Whose licence it is cannot be told, and creating one for each line would leave a twin of whichever it is.
      else if (bare.length > 0 && owner === undefined)
        held.set(line.line, { kind: 'duplicate', licenceIds: bare.map((licence) => licence.licenceId).toSorted() });
      else held.set(line.line, { kind: 'none', createAnyway: this.link(subscriptionId, line.line)?.createAnyway ?? false });
    }
    return held;
  }

  #linkedLicence(link: KnownLink, licenceId: string): Holding {
    const licence = this.#byId.get(licenceId) ?? this.input.licenceDetails.get(licenceId);
    if (licence === undefined) {
      this.needs.licences.add(licenceId);
      return { kind: 'asked' };
    }
    if (licence === null || licence.deleted)
      return link.createAnyway ? { kind: 'none', createAnyway: true } : { kind: 'deleted', licenceId };
    const twins = this.twins(licence);
    return twins.length > 0
      ? { kind: 'duplicate', licenceIds: [licenceId, ...twins].toSorted() }
      : { kind: 'licence', licence, linked: true };
  }

  /** Those of them that are active and are not known to hold a line of the subscription. */
  unheld(subscriptionId: string, held: ReadonlyMap<string, Holding>): Licence[] {
    const others = this.keyed(subscriptionId).filter(({ is_active: active }) => active !== false);
    if (others.length === 0) return others;
    const holding = new Set([...held.values()].map((one) => (one.kind === 'licence' ? one.licence.licenceId : undefined)));
    return others.filter(({ licenceId }) => !holding.has(licenceId));
  }

  /**
   * Active licences that carry the key of a line although the line is linked to another one: somebody took the key from that, or made a copy.
   * The subscription's own key is the line's if it has no other, or if the licence shows its MPN. `held` says how all its lines are held.
   */
  contesting(subscriptionId: string, line: Pick<SubscriptionLine, 'line' | 'mpn'>, held: ReadonlyMap<string, Holding>): string[] {
    const holding = held.get(line.line);
    if (holding?.kind !== 'licence' || !holding.linked) return [];
    const others = this.unheld(subscriptionId, held);
    if (others.length === 0) return [];
    const [own, first] = [keptKey(this.input, subscriptionId, line.line), keptKey(this.input, subscriptionId)];
    return others
      .filter(({ snowid, vendor_product_sku: sku }) => snowid === own || (snowid === first && (held.size === 1 || sku === line.mpn)))
      .map(({ licenceId }) => licenceId)
      .toSorted();
  }

  /** Other licences that carry the very key of this one. */
  twins(licence: Licence): string[] {
    const key = parseLicenceKey(this.input.marketplace, licence.snowid);
    if (!key) return [];
    return (this.#keyed.get(key.subscriptionId) ?? [])
      .filter((other) => other.licenceId !== licence.licenceId && other.snowid === licence.snowid && !other.deleted)
      .map((other) => other.licenceId);
  }

  #keyedLicence(licences: Licence[], createAnyway: boolean): Holding {
    const alive = licences.filter((licence) => !licence.deleted);
    if (alive.length > 1) return { kind: 'duplicate', licenceIds: alive.map((licence) => licence.licenceId).toSorted() };
    const [only] = alive;
    const twins = only ? this.twins(only) : [];
    if (only && twins.length > 0) return { kind: 'duplicate', licenceIds: [only.licenceId, ...twins].toSorted() };
    if (only && this.input.heldElsewhere.has(only.licenceId)) return { kind: 'elsewhere', licenceId: only.licenceId };
    if (only) return { kind: 'licence', licence: only, linked: false };
    return createAnyway
      ? { kind: 'none', createAnyway }
      : { kind: 'deleted', licenceId: licences.map((licence) => licence.licenceId).toSorted()[0]! };
  }

  /** Linked licences, alive, of lines that a subscription does not have any more. */
  ofVanishedLines(subscriptionId: string, lines: readonly { line: string }[]): { line: string; licence: Licence }[] {
    const names = new Set(lines.map(({ line }) => line));
    return this.linesOf(subscriptionId).flatMap(({ line }) => {
      const licenceId = names.has(line) ? null : this.link(subscriptionId, line)?.licenceId;
      const licence = licenceId == null ? undefined : this.#byId.get(licenceId);
      return licence && !licence.deleted && licence.is_active !== false ? [{ line, licence }] : [];
    });
  }

  /** A licence, alive, that carries this very key. */
  carrying(key: string): Licence | undefined {
    const named = parseLicenceKey(this.input.marketplace, key);
    return (named && this.#keyed.get(named.subscriptionId))?.find((licence) => licence.snowid === key && !licence.deleted);
  }
}
