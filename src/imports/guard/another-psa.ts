import { looseName } from '../../domain/index.js';
import { ImportFailure } from '../failure.js';

/** Fewer clients than this may all have been renamed since they were mapped. */
const FEW = 4;

/** A PSA that shows fewer than one mapped client in this many under the name that it was mapped under is another one. */
const ONE_IN = 4;

/**
 * Whether a PSA is another one than customers were mapped in: ids are small numbers that each PSA counts from the same one, so those of another are
 * mostly there, and are somebody else's. Pure.
 * @param mapped the names that clients were mapped under, by id.
 * @param shown the names that those of them that are there have now, by id.
 */
export function isAnotherPsa(mapped: ReadonlyMap<string, string>, shown: ReadonlyMap<string, string>): boolean {
  const same = [...shown].filter(([id, name]) => looseName(name) === looseName(mapped.get(id) ?? '')).length;
  return shown.size >= FEW && same * ONE_IN < shown.size;
}

export function differentPsa(mapped: number): ImportFailure {
  return new ImportFailure(
    'configuration',
    'different_psa',
    `HaloPSA shows hardly any of the ${mapped} mapped clients under their names: this looks like another HaloPSA, whose clients and subscriptions only have the same numbers. Check the address of the PSA instance; for another HaloPSA, add an instance of its own. Nothing was written.`,
  );
}
