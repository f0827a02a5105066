import { looseName } from '../../domain/index.js';
import { ImportFailure } from '../failure.js';

/** Fewer clients than this may all have been renamed since they were mapped. */
const FEW = 4;

/** A PSA that shows fewer than one mapped client in this many as what it was mapped as is another one. */
const ONE_IN = 4;

/** A client that a customer is mapped to, as the PSA shows it now. */
export interface MappedClient {
  /** What it was called when the customer was mapped. */
  mappedAs: string;
  name: string;
  /** Whether it carries the customer's key. */
  keyed: boolean;
}

/**
 * Whether a PSA seems to be another one than customers were mapped in: ids are small numbers that each PSA counts from the same one, so those of another are
 * mostly there, and are somebody else's. Pure.
 */
export function seemsAnotherPsa(clients: readonly MappedClient[]): boolean {
  const same = clients.filter(({ mappedAs, name, keyed }) => keyed || looseName(name) === looseName(mappedAs)).length;
  return clients.length >= FEW && same * ONE_IN < clients.length;
}

export function differentPsa(): ImportFailure {
  return new ImportFailure(
    'configuration',
    'different_psa',
    'HaloPSA shows hardly any of the mapped clients under the names that they were mapped under, and no subscription of ours: this looks like another HaloPSA, whose clients and subscriptions only have the same numbers. Check the address of the PSA instance; for another HaloPSA, add an instance of its own. If it is the right one, and its clients were renamed, choose the clients of some customers anew. Nothing was written.',
  );
}
