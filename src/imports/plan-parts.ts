import { ImportFailure } from './failure.js';
import { type LookedUp, Lookups, type LookupsContext, nothingLookedUp } from './lookups.js';
import type { Plan, PlanInput } from './plan/input.js';
import { isSettled, isWhole, matchesOf, noNeeds, planImport, restsOnWritten } from './plan/plan.js';
import type { Print, SettledParts } from './settled-parts.js';
import { groundOf } from './store/ground.js';
import { knownSites, loadPart, type Depth, type LoadedPart } from './store/load-part.js';
import { digestOf } from './store/shown.js';
import { turnsOf, type Turn } from './turns.js';

/** A plan that keeps asking for more than this many times over asks for what nobody can show. */
const ROUNDS = 8;

export interface PartsContext extends LookupsContext {
  /** What is the same for every part. */
  settings: Omit<
    PlanInput,
    | 'customerIds'
    | 'customers'
    | 'customerDetails'
    | 'subscriptions'
    | 'details'
    | 'readNow'
    | 'absent'
    | 'clients'
    | 'clientDetails'
    | 'sites'
    | 'licences'
    | 'licenceDetails'
    | 'mappings'
    | 'links'
    | 'released'
    | 'heldElsewhere'
    | 'lastApplied'
    | 'sharedClients'
  >;
  /** What becomes of parts that were found settled before; without it, every part is planned. */
  settled?: SettledParts;
  partSize?: number;
}

/** The plan of a part. */
export interface PlannedPart {
  plan: Plan;
  /** What it was planned from, where that is all there is to it: nothing is to change, and nothing had to be looked up. */
  print: Print | undefined;
}

/** What is known of one part. */
interface Loaded extends LoadedPart {
  depth: Depth;
  /** Whether that holds sites. */
  withSites: boolean;
}

/**
 * Plans an import part by part, each with everything that has a bearing on it, so that neither side is ever held whole. What a part
 * lacks is looked up, and the part planned again until its plan is whole.
 */
export class PlanParts {
  readonly #lookups: Lookups;

  constructor(private readonly context: PartsContext) {
    this.#lookups = new Lookups(context);
  }

  /**
   * Hands on the plan of each part that is not settled, one at a time and in their order, while the next one is planned. Nothing of them may be
   * done before all were planned.
   */
  async each(take: (part: PlannedPart) => Promise<void>): Promise<void> {
    const turns = await turnsOf(this.context);
    const shared = this.context.settings.clientImport.updateMainSiteAddress ? await this.#sharedClients(turns) : undefined;
    const settled = shared ? undefined : this.context.settled;
    const ground = settled && (await this.#ground());
    if (ground !== undefined && (await settled?.repeatAll(ground))) return this.context.progress('plan', 0, null);
    const all = turns();
    // Parts are settled, or not, several in a row: what is loaded ahead goes by the part before.
    let depth: Depth = settled?.any ? 'digests' : 'records';
    let next = this.#ahead(all, depth);
    let allSettled = true;
    let taking: Promise<void> = Promise.resolve();
    try {
      while (next) {
        const { turn, loaded } = next;
        const part = await loaded;
        // While this part is planned, the next one is on its way.
        next = this.#ahead(all, depth);
        const repeated = settled !== undefined && (await this.#repeated(settled, turn, part));
        depth = repeated ? 'digests' : 'records';
        if (!repeated) {
          const planned = await this.#plan(turn, part, shared);
          allSettled &&= planned.print?.stuck === false;
          await taking;
          taking = take(planned);
          // Whoever waits for it hears of it.
          taking.catch(() => undefined);
        }
        await this.context.progress('plan', 0, null);
      }
      await taking;
    } catch (error) {
      await Promise.allSettled([taking, next?.loaded]);
      throw error;
    }
    if (ground === undefined || !allSettled || settled?.anyStuck !== false) return;
    // Nothing was written while they were loaded one after the other, so all of them rest on this.
    if ((await this.#ground()) === ground) settled.allRestOn(ground);
  }

  /** What all parts rest on altogether, as far as it stands in tables; undefined when some of it does not. */
  async #ground(): Promise<string | undefined> {
    const { db, from, look } = this.context;
    if (look.unreadable.size > 0) return undefined;
    return digestOf(JSON.stringify([look.customers.malformed, look.subscriptions?.malformed, await groundOf(db, from)]));
  }

  /** Whether the part was settled when it was planned from this, and counts as it did. */
  async #repeated(settled: SettledParts, turn: Turn, part: Loaded): Promise<boolean> {
    if (!settled.any) return false;
    for (const stuck of settled.anyStuck ? [false, true] : [false]) {
      const print = this.#printOf(turn, part, stuck);
      if (print !== undefined && (await settled.repeat(print.digest))) return true;
    }
    return false;
  }

  /**
   * What a plan of this part rests on, and nothing else; undefined when it rests on what was looked up for other parts, too.
   * @param stuck whether it rests on what was written last.
   */
  #printOf(turn: Turn, { print, applied, withSites }: Loaded, stuck: boolean): Print | undefined {
    if (print === undefined || withSites !== this.#lookups.sitesLookedAt || this.#lookups.clients.size > 0) return undefined;
    if (!stuck) return { digest: digestOf(JSON.stringify([turn, print])), stuck };
    return applied === undefined ? undefined : { digest: digestOf(JSON.stringify([turn, print, applied])), stuck };
  }

  /** Begins to load what is known of the next part. */
  #ahead(turns: Iterator<Turn>, depth: Depth): { turn: Turn; loaded: Promise<Loaded> } | undefined {
    const { value: turn, done } = turns.next();
    if (done) return undefined;
    const loaded = this.#load(turn, depth);
    // Should nobody come to wait for it.
    loaded.catch(() => undefined);
    return { turn: turn as Turn, loaded };
  }

  async #plan(turn: Turn, loaded: Loaded, sharedClients: ReadonlySet<string> | undefined): Promise<PlannedPart> {
    const found = nothingLookedUp();
    const { updateMainSiteAddress } = this.context.settings.clientImport;
    let part = loaded;
    for (let round = 0; round < ROUNDS; round += 1) {
      if (part.depth !== 'records' || part.withSites !== this.#lookups.sitesLookedAt) part = await this.#load(turn);
      const alone = round === 0 && !sharedClients && this.#printOf(turn, part, false) !== undefined;
      const input = this.#input(turn, part, found, sharedClients);
      const plan = planImport(input);
      if (!isWhole(plan)) {
        await this.#lookups.lookUp(plan.needs, input, found);
        // Details stand in tables now; what else was looked up was handed over.
        if (plan.needs.details.size > 0) part = await this.#load(turn);
      } else if (!updateMainSiteAddress || !(await this.#lookups.lookAtAddresses(plan, input, found)))
        return { plan, print: alone && isSettled(plan) ? this.#printOf(turn, part, restsOnWritten(plan)) : undefined };
    }
    throw new ImportFailure(
      'isthmus',
      'plan_not_whole',
      'The plan did not come to rest, so nothing was written. This is a fault in Isthmus; please report it with this import’s id.',
    );
  }

  async #load({ customerIds }: Turn, depth: Depth = 'records'): Promise<Loaded> {
    const { db, from, look } = this.context;
    const withSites = this.#lookups.sitesLookedAt;
    const withApplied = depth === 'records' || this.context.settled?.anyStuck === true;
    const part = await loadPart(db, { ...from, customerIds, sites: withSites, unreadable: look.unreadable }, depth, withApplied);
    return { ...part, depth, withSites };
  }

  #input(turn: Turn, { rows: loaded }: Loaded, found: LookedUp, sharedClients?: ReadonlySet<string>): PlanInput {
    const { look, settings } = this.context;
    const { customers, subscriptions, sites, ...rows } = loaded;
    return {
      ...settings,
      ...rows,
      ...(sites ? { sites: knownSites([...sites.byId.values()].map((site) => found.addresses.get(site.siteId) ?? site)) } : {}),
      ...(sharedClients ? { sharedClients } : {}),
      customerIds: new Set(turn.customerIds),
      customers: { ...look.customers, rows: customers, malformed: turn.customersMalformed },
      subscriptions: {
        complete: look.subscriptions?.complete ?? true,
        dropped: look.subscriptions?.dropped ?? 0,
        rows: subscriptions,
        malformed: turn.subscriptionsMalformed,
      },
      customerDetails: found.customerDetails,
      licenceDetails: found.licenceDetails,
      absent: found.absent,
      clientDetails: this.#lookups.clients,
    };
  }

  /** Clients to which several customers are mapped, whichever parts they are in. */
  async #sharedClients(turns: () => Iterable<Turn>): Promise<Set<string>> {
    const owner = new Map<string, string>();
    const shared = new Set<string>();
    for (const turn of turns()) {
      const needs = noNeeds();
      const input = this.#input(turn, await this.#load(turn), nothingLookedUp());
      matchesOf(input, needs);
      for (const id of needs.clients) {
        await this.#lookups.askForClient(id);
        await this.context.progress('psa', 0, null);
      }
      for (const [customerId, match] of matchesOf(input, noNeeds())) {
        if (match.kind !== 'client') continue;
        const { clientId } = match.client;
        if ((owner.get(clientId) ?? customerId) !== customerId) shared.add(clientId);
        owner.set(clientId, customerId);
      }
    }
    return shared;
  }
}
