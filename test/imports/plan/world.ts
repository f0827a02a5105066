import { psaForm } from '../../../src/psa/index.js';
import {
  isLive,
  type Client,
  type Customer,
  type Licence,
  type LicenceFields,
  type Look,
  type Subscription,
  type SubscriptionDetail,
  type SubscriptionLine,
} from '../../../src/domain/index.js';
import type { AppliedFields, KnownLink, KnownMapping, Plan, PlanInput } from '../../../src/imports/plan/input.js';
import { isWhole, planImport } from '../../../src/imports/plan/plan.js';

export const TODAY = '2026-11-21';

/** Both sides and what Isthmus remembers, small enough to write out by hand, on which a plan can be played. */
export interface World {
  customers: Customer[];
  subscriptions: SubscriptionDetail[];
  clients: Client[];
  licences: Licence[];
  mappings: KnownMapping[];
  links: KnownLink[];
  lastApplied: Map<string, AppliedFields>;
  /** Licences left behind on purpose. */
  released: Set<string>;
  /** Licences that another tenant is linked to. */
  elsewhere: Set<string>;
  settings: PlanInput['subscriptionImport'];
}

const SETTINGS: PlanInput['subscriptionImport'] = {
  prices: 'on_create',
  names: 'on_create',
  trials: 'import',
  followRenewals: true,
  rereadWithinDays: 7,
};

export function world(parts: Partial<World> = {}): World {
  return {
    customers: [],
    subscriptions: [],
    clients: [],
    licences: [],
    mappings: [],
    links: [],
    lastApplied: new Map(),
    released: new Set(),
    elsewhere: new Set(),
    settings: SETTINGS,
    ...parts,
  };
}

export function customer(customerId: string, name: string, more: Partial<Customer> = {}): Customer {
  return {
    customerId,
    name,
    status: 'active',
    address: { street: '1 Main St', city: 'Springfield', postalCode: '12345', countryCode: 'US' },
    ...more,
  };
}

export function client(clientId: string, name: string, more: Partial<Client> = {}): Client {
  return { clientId, name, inactive: false, mainSiteId: `9${clientId}`, ...more };
}

export function line(mpn: string, more: Partial<SubscriptionLine> = {}): SubscriptionLine {
  return {
    line: mpn,
    mpn,
    manufacturer: 'Microsoft',
    name: `Product ${mpn}`,
    quantity: 5,
    unitCost: { amount: '10.5', currency: 'USD' },
    unitPrice: { amount: '12', currency: 'USD' },
    ...more,
  };
}

export function subscription(
  subscriptionId: string,
  customerId: string,
  lines: SubscriptionLine[],
  more: Partial<SubscriptionDetail> = {},
): SubscriptionDetail {
  return {
    subscriptionId,
    customerId,
    name: `Subscription ${subscriptionId}`,
    status: 'active',
    autoRenew: true,
    creationDate: '2026-03-01',
    expirationDate: '2027-03-01',
    billingPeriod: { type: 'month', duration: 1 },
    subscriptionPeriod: { type: 'year', duration: 1 },
    lines,
    ...more,
  };
}

export function licence(licenceId: string, clientId: string, fields: LicenceFields = {}, more: Partial<Licence> = {}): Licence {
  return { licenceId, clientId, deleted: false, azureConnected: false, is_active: true, client_id: clientId, ...fields, ...more };
}

export function mapped(customerId: string, clientId: string): KnownMapping {
  return { customerId, clientId, state: 'mapped', origin: 'manual' };
}

export function whole<T>(rows: T[]): Look<T> {
  return { rows, complete: true, malformed: [], dropped: 0 };
}

function row({ lines: _lines, ...rest }: SubscriptionDetail): Subscription {
  return rest;
}

/** The planner's input for a world in which everything was looked at. */
export function inputOf(state: World, more: Partial<PlanInput> = {}): PlanInput {
  return {
    marketplace: 'us',
    entities: ['customers', 'subscriptions'],
    today: TODAY,
    clientImport: { createUnmatched: true, onlyWithSubscriptions: false, updateMainSiteAddress: false },
    subscriptionImport: state.settings,
    form: psaForm({}),
    keysLost: false,
    endings: false,
    readNow: new Set(state.subscriptions.map((one) => one.subscriptionId)),
    customers: whole(state.customers),
    customerDetails: new Map(),
    subscriptions: whole(state.subscriptions.map(row)),
    details: new Map(state.subscriptions.map((detail) => [detail.subscriptionId, detail])),
    clients: new Map(state.clients.map((one) => [one.clientId, one])),
    clientDetails: new Map(),
    licences: state.licences,
    licenceDetails: new Map(
      state.links.flatMap(({ licenceId }) =>
        licenceId === null ? [] : [[licenceId, state.licences.find((one) => one.licenceId === licenceId) ?? null] as const],
      ),
    ),
    mappings: state.mappings,
    links: state.links,
    absent: new Map(),
    released: state.released,
    heldElsewhere: state.elsewhere,
    lastApplied: state.lastApplied,
    ...more,
  };
}

/** Plans a world, insisting that nothing is left to look up. */
export function plan(state: World, more: Partial<PlanInput> = {}): Plan {
  const made = planImport(inputOf(state, more));
  if (!isWhole(made))
    throw new Error(
      `the plan lacks ${JSON.stringify([...made.needs.customers, ...made.needs.details, ...made.needs.clients, ...made.needs.licences, made.needs.sites])}`,
    );
  return made;
}

/** Plays a plan on a world, storing and showing values in Halo's own form, as a HaloPSA that does all it is asked would. */
export function play(state: World, made: Plan): World {
  const form = psaForm({});
  const next = structuredClone(state);
  const setMapping = (mapping: KnownMapping): void => {
    next.mappings = [...next.mappings.filter((one) => one.customerId !== mapping.customerId), mapping];
  };
  const setLink = (subscriptionId: string, name: string, licenceId: string, instead?: { subscriptionId: string; line: string }): void => {
    next.links = next.links.filter(
      (one) =>
        !(one.subscriptionId === instead?.subscriptionId && one.line === instead.line) &&
        !(one.subscriptionId === subscriptionId && one.line === name),
    );
    next.links.push({ subscriptionId, line: name, licenceId, createAnyway: false });
  };
  let id = 1000 + Math.max(0, ...next.licences.map((one) => Number(one.licenceId)), ...next.clients.map((one) => Number(one.clientId)));
  for (const { customerId, state: mappingState, clientId, origin } of made.mappings)
    setMapping({ customerId, state: mappingState, clientId, origin });
  for (const link of made.links) setLink(link.subscriptionId, link.line, link.licenceId, link.instead);
  for (const change of made.changes) {
    if (change.entity === 'client' && change.action === 'create') {
      const clientId = String((id += 1));
      next.clients.push(client(clientId, change.client.name, { ref: change.client.ref }));
      setMapping({ customerId: change.customerId, state: 'mapped', clientId, origin: 'created' });
    } else if (change.entity === 'licence' && change.action === 'create') {
      const licenceId = String((id += 1));
      const clientId = change.fields.client_id ?? next.mappings.find((one) => one.customerId === change.customerId)!.clientId!;
      next.licences.push(licence(licenceId, clientId, form.stored({ ...change.fields, client_id: clientId })));
      setLink(change.subscriptionId, change.line, licenceId);
    } else if (change.entity === 'licence') {
      const found = next.licences.find((one) => one.licenceId === change.psaId)!;
      Object.assign(found, form.stored(change.fields as LicenceFields));
      const before: Record<string, unknown> = { ...change.before };
      const asked = Object.entries(change.fields).map(([field, value]) => [field, { asked: value as unknown, stood: [before[field]] }]);
      next.lastApplied.set(`licence:${change.psaId}`, {
        ...next.lastApplied.get(`licence:${change.psaId}`),
        ...(Object.fromEntries(asked) as AppliedFields),
      });
      const link = 'link' in change ? change.link : undefined;
      if (link) setLink(link.subscriptionId, link.line, link.licenceId, link.instead);
    }
  }
  return next;
}

/** The live lines of a world that a mapped customer holds, as `subscription line`. */
export function liveLines(state: World): string[] {
  const of = new Map(state.mappings.map((mapping) => [mapping.customerId, mapping]));
  return state.subscriptions
    .filter((one) => isLive(one.status) && of.get(one.customerId)?.state === 'mapped')
    .flatMap((one) => one.lines.map((part) => `${one.subscriptionId} ${part.line}`))
    .toSorted();
}
