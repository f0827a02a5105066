import { marketplaceSettings, psaSettings } from '../../src/connect.js';
import type { Sealer } from '../../src/database/sealing.js';
import { Budget, egressPolicy, type Pace } from '../../src/egress/index.js';
import type { ImportDeps, Vendors } from '../../src/imports/run-import.js';
import { MarketplaceClient } from '../../src/marketplace/index.js';
import { currencyMismatch, PsaClient, psaForm } from '../../src/psa/index.js';

/** How long the clients wait for an answer, in milliseconds of real time. */
export interface Timeouts {
  read?: number;
  write?: number;
}

/** Opens the real clients of both vendors with budgets that never make anybody wait. */
export function quickVendors(sealer: Sealer, pace: Pace, { read, write }: Timeouts = {}): ImportDeps['connect'] {
  return async (of, instance, signal, { writes } = {}): Promise<Vendors> => {
    const common = {
      policy: egressPolicy({ allow: ['127.0.0.1'] }),
      pace,
      signal,
      budget: new Budget({ perSecond: 100_000, burst: 100_000, pace }),
    };
    const seller = new MarketplaceClient(await marketplaceSettings(sealer, of), {
      ...common,
      timeouts: read === undefined ? {} : { readMs: read },
    });
    const halo = new PsaClient(await psaSettings(sealer, instance), {
      ...common,
      permit: writes,
      timeouts: { ...(read === undefined ? {} : { read }), ...(write === undefined ? {} : { write }) },
    });
    const { supplierId } = of.subscriptionImport;
    const form = {
      ...psaForm({ ...(of.currency === null ? {} : { currency: of.currency }), ...(supplierId === undefined ? {} : { supplierId }) }),
      remark: (line: Parameters<typeof currencyMismatch>[0]) => currencyMismatch(line, of.currency ?? undefined),
    };
    return { marketplace: seller, psa: halo, form, close: () => [seller, halo].forEach((client) => client.close()) };
  };
}
