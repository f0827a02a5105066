import { exactName, isOurKey, type Licence } from '../../domain/index.js';
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

/**
 * Live licences that something other than Isthmus made, by what they are recognised by: Halo's own Cloud Blue module puts the bare
 * subscription id into `snowid`, people and other tools enter the MPN as SKU, and Microsoft connections bring the product's name.
 */
export class AlreadyThere {
  readonly #licencesOf: Map<string, Licence[]>;
  readonly #clients = new Map<string, OfClient>();

  constructor(licences: readonly Licence[], isLinked: (licenceId: string) => boolean) {
    const others = licences.filter(
      (licence) => !licence.deleted && licence.is_active !== false && !isOurKey(licence.snowid) && !isLinked(licence.licenceId),
    );
    this.#licencesOf = Map.groupBy(others, (licence) => licence.clientId);
  }

  find(clientId: string, { subscription, line, wanted }: NewLine): Found | undefined {
    const { bySnowid, bySku, byAzureName } = this.#of(clientId);
    const found = (licence: Licence | undefined, why: string): Found | undefined =>
      licence && { licence, why: `Licence ${licence.licenceId} “${licence.name ?? ''}” of this client ${why}` };
    const names = [subscription.name, line.name].filter((name) => name !== undefined).map(exactName);
    return (
      found(bySnowid.get(subscription.subscriptionId), 'already stands for this subscription.') ??
      found(wanted.vendor_product_sku == null ? undefined : bySku.get(wanted.vendor_product_sku), 'already has this product’s SKU.') ??
      found(
        names.map((name) => byAzureName.get(name)).find((licence) => licence !== undefined),
        'is fed by a Microsoft connection under the same name.',
      )
    );
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
