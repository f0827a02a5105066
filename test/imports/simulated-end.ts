import type { SimulatedPeople } from './simulated-people.js';
import type { SimulatedWorld } from './simulated-world.js';
import type { Ran, Stage } from './stage.js';

const LIVE = ['active', 'hold'];
const ENDED = ['terminated', 'removed'];

type Row = Readonly<Record<string, unknown>> & { id: number };

/** What is wrong with what both sides and the links hold once nothing happens any more, by the last import and what it told of. */
export async function wrongs(on: Stage, { skips }: Ran, world: SimulatedWorld, people: SimulatedPeople): Promise<string[]> {
  const all = await on.links();
  const links = all.filter(({ archivedAt }) => archivedAt === null);
  const linked = new Set(links.map(({ licenceId }) => licenceId));
  // Somebody wanted others in their place, and was told that these stay.
  const leftBehind = new Set(
    all.filter(({ archivedWhy }) => archivedWhy === 'recreate' || archivedWhy === 'replaced').map(({ licenceId }) => licenceId),
  ).difference(linked);
  const licences: Row[] = on.sandbox.psa.licences().filter(({ id, deleted }) => deleted !== true && !leftBehind.has(String(id)));
  const byId = new Map(licences.map((licence) => [String(licence.id), licence]));
  const skipped = new Set(skips.map(({ marketplaceId, line }) => (line === null ? marketplaceId : `${marketplaceId} ${line}`)));
  const mentioned = new Set(skips.map(({ marketplaceId }) => marketplaceId));
  // Of what may be followed by something, the licences are named there.
  const told = new Set(skips.flatMap(({ psaId, detail }) => [psaId, ...(/licences? ([\d, ]+)/.exec(detail)?.[1]?.split(', ') ?? [])]));
  const mappings = (await on.mappings()).filter(({ archivedAt }) => archivedAt === null);
  const clientOf = new Map(mappings.map(({ customerId, clientId }) => [customerId, clientId]));
  const [settings] = await on.database.dataSource.query<{ prices: string }[]>(
    `SELECT subscription_import ->> 'prices' AS prices FROM tenants WHERE id = $1`,
    [on.tenant.id],
  );

  const wrong = [
    ...twice(licences.map((licence) => licence['snowid'])).map((key) => `two licences carry ${key}`),
    ...twice(on.sandbox.psa.clients().map((client) => client['ref'])).map((ref) => `two clients carry ${ref}`),
  ];
  for (const { id, status, products = [], customerId } of world.subscriptions) {
    const own = links.filter(({ subscriptionId, licenceId }) => subscriptionId === id && licenceId !== null);
    if (LIVE.includes(status)) {
      for (const name of new Set(products.map(({ mpn }) => mpn))) {
        if (skipped.has(id) || skipped.has(customerId) || skipped.has(`${id} ${name}`)) continue;
        const licence = byId.get(own.find(({ line }) => line === name)?.licenceId ?? '');
        if (!licence) {
          wrong.push(`line ${id} ${name} has no licence, and no skip says why`);
          continue;
        }
        const lines = products.filter(({ mpn }) => mpn === name);
        const wanted = {
          is_active: [true],
          count: lines.map(({ quantity }) => quantity),
          purchase_price: lines.map(({ unitCost }) => Number(unitCost?.amount)),
          ...(settings?.prices === 'always' ? { price: lines.map(({ unitPrice }) => Number(unitPrice?.amount)) } : {}),
          ...(people.stayed.has(customerId) ? {} : { client_id: [Number(clientOf.get(customerId))] }),
        };
        for (const [field, values] of Object.entries(wanted) as [string, unknown[]][])
          if (!values.includes(licence[field]))
            wrong.push(`${field} of line ${id} ${name} is ${values.join(' or ')}, and of licence ${licence.id} ${String(licence[field])}`);
      }
    } else if (ENDED.includes(status) && !mentioned.has(id)) {
      for (const { licenceId } of own)
        if (byId.get(licenceId!)?.['is_active'] === true && !told.has(licenceId!))
          wrong.push(`${id} is over, and its licence ${licenceId} is active without a word`);
    }
  }
  for (const licence of licences) {
    const key = String(licence['snowid']);
    if (licence['is_active'] !== true || !key.startsWith('ingram/') || told.has(String(licence.id))) continue;
    const link = links.find(({ licenceId }) => licenceId === String(licence.id));
    const of = link?.subscriptionId ?? key.split('/')[2]!;
    const subscription = on.sandbox.marketplace.world.subscriptions.get(of);
    if (mentioned.has(of) || (subscription && mentioned.has(subscription.customerId))) continue;
    if (!link || !subscription || !LIVE.includes(subscription.status))
      wrong.push(`licence ${licence.id} of ${of} is active, and nobody is told`);
  }
  return wrong;
}

/** Keys of ours that are there more than once. */
function twice(keys: readonly unknown[]): string[] {
  const ours = keys.filter((key): key is string => typeof key === 'string' && key.startsWith('ingram/'));
  return [...new Set(ours.filter((key, at) => ours.indexOf(key) !== at))];
}
