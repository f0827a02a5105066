import type { Call, Fault, Sandbox } from '../../src/sandbox/index.js';
import type { Chance } from './chance.js';
import type { ForeignAccount } from './foreign-account.js';
import { halved, type List } from './shortened-lists.js';

/** What a vendor's bad day is made of. */
export interface Scenery {
  sandbox: Sandbox;
  chance: Chance;
  foreign: ForeignAccount;
  /** As they are on a good day. */
  lists: Record<'customers' | 'subscriptions', List>;
  /** Does something as a call comes in: of those that `chosen` picks, the nth. */
  at(nth: number, chosen: (call: Call) => boolean, act: () => void): void;
}

/** Sets up one trouble, which may strike any time during the next import. */
type Trouble = (scenery: Scenery) => void;

/** Kept short: what drips longer than this is read in vain. In milliseconds. */
export const READ_TIMEOUT_MS = 250;

const HTML = { body: '<html><head><title>Please wait</title></head><body>Maintenance</body></html>', contentType: 'text/html' };
const ABSURD = ['-5', '999999999', 'soon', 'Fri, 31 Dec 9999 23:59:59 GMT', 'Mon, 01 Jan 1990 00:00:00 GMT', '0'];
const LISTS = ['^/customers\\?', '^/subscriptions\\?', '^/orders\\?'];
const SELLER = [...LISTS, '^/subscriptions/', '^/customers/', ''];
const HALO = ['^/api/Client', '^/api/SoftwareLicence', '^/api/Site', ''];

const ofVendor = (vendor: Call['vendor']) => (call: Call) => call.vendor === vendor;

/** A fault on some reads of one of the vendors. */
function onReads({ sandbox, chance }: Scenery, fault: Partial<Fault>, mostTimes: number): void {
  const vendor = chance.one(['marketplace', 'marketplace', 'psa'] as const);
  const path = chance.one(vendor === 'psa' ? HALO : SELLER);
  sandbox.kernel.faults.add({ vendor, method: 'GET', path, after: chance.between(0, 6), times: chance.between(1, mostTimes), ...fault });
}

function onList({ sandbox, chance }: Scenery, path: string, body: unknown): void {
  sandbox.kernel.faults.add({ vendor: 'marketplace', method: 'GET', path, times: chance.one([0, 1, 2]), body });
}

/** By name, as the table and failures tell them. */
export const TROUBLES: Record<string, Trouble> = {
  '429 with Retry-After': (scenery) =>
    onReads(scenery, { status: 429, headers: { 'retry-after': String(scenery.chance.between(1, 90)) } }, 5),
  '429 without Retry-After': (scenery) => onReads(scenery, { status: 429 }, 5),
  '429 with an absurd Retry-After': (scenery) =>
    onReads(scenery, { status: 429, headers: { 'retry-after': scenery.chance.one(ABSURD) } }, 5),
  '5xx burst': (scenery) => onReads(scenery, { status: scenery.chance.one([500, 502, 503]), ...scenery.chance.one([HTML, {}]) }, 7),
  'HTML with 200': (scenery) => onReads(scenery, { status: 200, ...HTML }, 7),
  'cut bodies': (scenery) => onReads(scenery, { cut: true }, 7),
  'dripping bodies': (scenery) => onReads(scenery, { dripMs: scenery.chance.one([1, 40]) }, 2),
  resets: (scenery) => onReads(scenery, { reset: true, afterHandling: scenery.chance.one([true, false]) }, 7),
  'tokens that expire at once': ({ sandbox, chance }) => {
    sandbox.marketplace.set({ tokenLifeSeconds: chance.between(1, 91), unauthorizedStatus: chance.one([401, 403]) });
    sandbox.psa.set({ tokenLifeSeconds: chance.between(1, 61) });
  },
  'revoked tokens': ({ sandbox, chance, at }) => {
    for (const times of [1, 2]) {
      at(times * chance.between(1, 12), ofVendor('marketplace'), () => sandbox.marketplace.tokens.clear());
      at(times * chance.between(1, 6), ofVendor('psa'), () => sandbox.psa.revokeTokens());
    }
  },
  'rejected credentials': ({ sandbox, chance }) =>
    void sandbox.kernel.faults.add({
      vendor: 'marketplace',
      path: chance.one(['^/token', '^/subscriptions']),
      after: chance.between(0, 3),
      times: 0,
      status: chance.one([401, 403]),
    }),
  'a wrong region, all along': ({ foreign }) => foreign.enter(),
  'a wrong region, from some call on': ({ foreign, chance, at }) =>
    at(chance.between(1, 30), ofVendor('marketplace'), () => foreign.enter()),
  'a wrong region, for some calls': ({ foreign, chance, at }) => {
    const from = chance.between(1, 20);
    at(from, ofVendor('marketplace'), () => foreign.enter());
    at(from + chance.between(1, 8), ofVendor('marketplace'), () => foreign.leave());
  },
  'rows that move between pages': ({ sandbox, chance }) =>
    sandbox.marketplace.set({
      maxLimit: chance.between(5, 15),
      shiftPages: { kind: chance.one(['move', 'insert']), times: chance.one([0, 1, 2]) },
    }),
  'an empty list': (scenery) => onList(scenery, scenery.chance.one(LISTS), { data: [], pagination: { offset: 0, limit: 500, total: 0 } }),
  'a halved list that says it is whole': (scenery) =>
    onList(scenery, '^/subscriptions\\?', halved(scenery.lists.subscriptions, scenery.chance, 'as shown')),
  'a halved list of customers': (scenery) => onList(scenery, '^/customers\\?', halved(scenery.lists.customers, scenery.chance, 'as shown')),
  'a halved list that says it is not': (scenery) =>
    onList(scenery, '^/subscriptions\\?', halved(scenery.lists.subscriptions, scenery.chance, 'as it was')),
  'duplicate rows': ({ sandbox }) => sandbox.marketplace.set({ duplicateRows: true }),
  'unknown fields and statuses': ({ sandbox, chance }) => {
    const { world } = sandbox.marketplace;
    for (const row of chance.some(world.subscriptions.newestFirst(), 6)) {
      Object.assign(row, { invented: { deep: ['x'] } });
      if (row.status === 'active')
        Object.assign(row, chance.one([{ status: 'suspended' }, { status: 'TERMINATED_SOON' }, { status: 7 }, { status: null }]));
    }
    for (const row of chance.some(world.customers.newestFirst(), 2)) Object.assign(row, { status: 'parked', invented: true });
  },
  'malformed records': ({ sandbox, chance }) => {
    for (const row of chance.some(sandbox.marketplace.world.subscriptions.newestFirst(), chance.between(1, 8))) {
      Object.assign(
        row,
        chance.one([
          { name: { en: 'x' } },
          { products: 'none' },
          { expirationDate: 'soon' },
          { subscriptionPeriod: 12 },
          { renewalStatus: 'yes' },
        ]),
      );
    }
  },
  'Halo loses answers to writes': ({ sandbox, chance }) => {
    const fault = chance.one<Partial<Fault>>([
      { reset: true },
      { cut: true },
      { status: 500, ...HTML },
      { status: 200, body: '' },
      { status: 429 },
    ]);
    sandbox.kernel.faults.add({
      vendor: 'psa',
      method: 'POST',
      path: '^/api/',
      after: chance.between(0, 2),
      times: chance.between(1, 2),
      afterHandling: chance.one([true, false]),
      ...fault,
    });
  },
};
