import { exactName, isOurKey, type Licence, parseLicenceKey } from '../../domain/index.js';
import type { PlanInput } from './input.js';
import { keptKey } from './line-fields.js';
import type { NewLine } from './renewals.js';

/** What stands in the PSA for a line already, and how one can tell. */
export interface Found {
  licence: Licence;
  why: string;
}

interface OfClient {
  bySnowid: Map<string, Licence>;
  bySku: Map<string, Licence>;
  /** Those that one of Halo's Microsoft connections feeds. */
  byAzureName: Map<string, Licence>;
}

/** What the planner knows of licences, as far as it matters here. */
type Known = Pick<PlanInput, 'marketplace' | 'form' | 'licences' | 'released'>;

/**
 * Live licences that are nobody's, most of which something other than Isthmus made, by what they are recognised by: Halo's own Cloud Blue module puts the bare
 * subscription id into `snowid`, people and other tools enter the MPN as SKU, and Microsoft connections bring the product's name.
 */
export class AlreadyThere {
  readonly #licencesOf: Map<string, Licence[]>;
  readonly #clients = new Map<string, OfClient>();

  /** Ours, left behind when their customer was mapped elsewhere, by client: at the client that it came back to they are in the way of twins. */
  readonly #leftBehind: Map<string, Licence[]>;

  constructor(
    private readonly input: Known,
    isLinked: (licenceId: string) => boolean,
  ) {
    const alive = input.licences.filter((licence) => !licence.deleted && licence.is_active !== false && !isLinked(licence.licenceId));
    this.#licencesOf = Map.groupBy(
      alive.filter((licence) => !isOurKey(licence.snowid)),
      (licence) => licence.clientId,
    );
    this.#leftBehind = Map.groupBy(
      alive.filter((licence) => isOurKey(licence.snowid) && input.released.has(licence.licenceId)),
      (licence) => licence.clientId,
    );
  }

  find(clientId: string, { subscription, line, wanted }: NewLine): Found | undefined {
    const { bySnowid, bySku, byAzureName } = this.#of(clientId);
    const found = (licence: Licence | undefined, why: string): Found | undefined =>
      licence && { licence, why: `Licence ${licence.licenceId} “${licence.name ?? ''}” of this client ${why}` };
    const names = [subscription.name, line.name].filter((name) => name !== undefined).map(exactName);
    return (
      found(this.#leftBehindFor(clientId, { subscription, line, wanted }), 'was left behind when its customer was mapped elsewhere.') ??
      found(bySnowid.get(subscription.subscriptionId), 'already stands for this subscription.') ??
      found(wanted.vendor_product_sku == null ? undefined : bySku.get(wanted.vendor_product_sku), 'already has this product’s SKU.') ??
      found(
        names.map((name) => byAzureName.get(name)).find((licence) => licence !== undefined),
        'is fed by a Microsoft connection under the same name.',
      )
    );
  }

  /** The one whose key names the line; or, as a first line's key names its subscription alone, whose product is the line's. */
  #leftBehindFor(clientId: string, { subscription, line, wanted }: Pick<NewLine, 'subscription' | 'line' | 'wanted'>): Licence | undefined {
    return this.#leftBehind.get(clientId)?.find(({ snowid, vendor_product_sku }) => {
      const key = parseLicenceKey(this.input.marketplace, snowid);
      if (key?.subscriptionId !== subscription.subscriptionId) return false;
      if (key.line !== undefined) return snowid === keptKey(this.input, subscription.subscriptionId, line.line);
      return subscription.lines.length === 1 || vendor_product_sku === wanted.vendor_product_sku;
    });
  }

  #of(clientId: string): OfClient {
    const known = this.#clients.get(clientId);
    if (known) return known;
    const made: OfClient = { bySnowid: new Map(), bySku: new Map(), byAzureName: new Map() };
    const set = (index: Map<string, Licence>, key: string | null | undefined, licence: Licence): void => {
      if (key != null && key !== '' && !index.has(key)) index.set(key, licence);
    };
    // The oldest is named when there are several.
    for (const licence of (this.#licencesOf.get(clientId) ?? []).toSorted((a, b) => Number(a.licenceId) - Number(b.licenceId))) {
      set(made.bySnowid, licence.snowid, licence);
      set(made.bySku, licence.vendor_product_sku, licence);
      set(made.bySku, licence.product_sku, licence);
      if (licence.azureConnected) set(made.byAzureName, licence.name == null ? null : exactName(licence.name), licence);
    }
    this.#clients.set(clientId, made);
    return made;
  }
}
