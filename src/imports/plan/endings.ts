import { hasEnded } from '../../domain/index.js';
import { differences, withoutWhatDoesNotStick } from './diff.js';
import type { Plan, PlanInput, PlannedSkip } from './input.js';
import type { Placement } from './plan-clients.js';
import type { Doubtful } from './ended-lines.js';
import type { EndedLine } from './renewals.js';

/**
 * Plans the end of licences whose line is over. Nothing ends on a list's word alone: a subscription listed as ended, or missing from
 * a complete list, is asked for by its id in the same attempt, and only an answer that says so, or that there is no such id, counts.
 */
export class Endings {
  readonly #kept = new Set<string>();
  readonly #listed: ReadonlySet<string>;

  constructor(
    private readonly input: PlanInput,
    private readonly plan: Plan,
    private readonly placements: ReadonlyMap<string, Placement>,
  ) {
    this.#listed = new Set(input.subscriptions.rows.map((row) => row.subscriptionId));
  }

  /** Says that a new line goes on with a licence, or may: it does not end. */
  keep(licenceIds: readonly string[]): void {
    for (const id of licenceIds) this.#kept.add(id);
  }

  /** Plans the end of every line that is over, customer by customer. */
  planAll(ended: ReadonlyMap<string, readonly EndedLine[]>): void {
    for (const [customerId, lines] of [...ended].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      for (const line of lines.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))) this.#end(customerId, line);
    }
  }

  /** Says which licences may still stand for what is over. They are left active, because which of them is meant cannot be told. */
  tellOf(doubtful: readonly Doubtful[]): void {
    for (const { subscriptionId, line, customerId, licenceIds } of doubtful) {
      const active = this.input.licences.some(({ licenceId, is_active: is }) => licenceIds.includes(licenceId) && is !== false);
      if (!active || this.placements.get(customerId)?.kind === 'skip') continue;
      const over = this.#listed.has(subscriptionId) ? 'It has ended in the marketplace' : 'It is not listed in the marketplace any more';
      const what =
        licenceIds.length > 1
          ? `licences ${licenceIds.join(', ')} in HaloPSA carry the same key, so none was made inactive. Clear the field in all but the right one.`
          : `licence ${licenceIds[0]} in HaloPSA carries its key and is linked to nothing, so it was left active. Look whether it is still to be billed.`;
      this.plan.skips.push({
        entity: 'subscription',
        marketplaceId: subscriptionId,
        reason: 'duplicate_key',
        detail: `${over}, but ${what}`,
        psaId: licenceIds[0]!,
        ...(line === '' ? {} : { line }),
      });
    }
  }

  #end(customerId: string, line: EndedLine): void {
    const { subscriptionId, licence } = line;
    const psaId = licence.licenceId;
    const skip = (reason: PlannedSkip['reason'], detail: string): void => {
      this.plan.skips.push({
        entity: 'subscription',
        marketplaceId: subscriptionId,
        reason,
        detail,
        psaId,
        ...(line.line === '' ? {} : { line: line.line }),
      });
    };
    if (this.#kept.has(psaId)) return;
    if (licence.is_active === false) return skip('ended', 'It has ended in the marketplace, and its licence is inactive.');
    const place = this.placements.get(customerId);
    if (place?.kind !== 'client') {
      // What nobody can act on is not asked for, so of what is merely missing nothing more is known.
      const what = this.#listed.has(subscriptionId) ? 'It has ended in the marketplace' : 'It is not listed in the marketplace any more';
      if (place) return skip('ended', `${what}, but its customer has no client that is known now; its licence is left alone.`);
      // Nothing else is said of such a customer, and its licence may be billed for ever.
      const detail = `${what}, and its customer ${customerId} is not among those that the marketplace shows. Licence ${psaId} is left active: look whether it is still to be billed.`;
      return skip('unknown_customer', detail);
    }
    const proof = this.#proof(line);
    if (proof === 'ask') {
      this.plan.needs.details.add(subscriptionId);
      return;
    }
    if (proof !== 'proven') return skip('invalid', proof.why);

    const { today } = this.input;
    // Records of ended subscriptions often carry an end years ahead; a licence that is inactive now did not end after today.
    const endDate = line.endDate !== undefined && line.endDate < today ? line.endDate : today;
    const wanted = this.input.form.stored(this.input.form.ending(endDate));
    const { change, stuck } = withoutWhatDoesNotStick(differences(wanted, licence), this.input.lastApplied.get(`licence:${psaId}`));
    if (stuck.includes('is_active'))
      return skip('does_not_stick', 'Somebody in HaloPSA made its licence active again after it had been ended. It is left so.');
    this.plan.changes.push({
      entity: 'licence',
      action: 'deactivate',
      customerId,
      psaId,
      subscriptionId,
      line: line.line,
      before: change.before,
      fields: change.fields,
    });
  }

  /** Whether the end is proven by the record itself; `ask` when that was not read yet; else why it is not. */
  #proof(line: EndedLine): 'proven' | 'ask' | { why: string } {
    const { subscriptionId } = line;
    if (line.proven === 'ask') return 'ask';
    if (!this.#listed.has(subscriptionId)) {
      return line.proven
        ? 'proven'
        : { why: 'It is not listed any more, and its own record could not be understood. Its licence is left alone.' };
    }
    if (!this.input.readNow.has(subscriptionId)) return 'ask';
    const read = this.input.details.get(subscriptionId);
    if (read === null || line.vanished === true) return 'proven';
    if (read === undefined || 'reason' in read)
      return { why: 'It is listed as ended, but its own record could not be understood. Its licence is left alone.' };
    return hasEnded(read.status)
      ? 'proven'
      : { why: 'It is listed as ended, but its own record says otherwise. Its licence is left alone.' };
  }
}

function nameOf({ subscriptionId, line }: EndedLine): string {
  return `${subscriptionId} ${line}`;
}
