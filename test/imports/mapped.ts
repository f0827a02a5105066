import { expect } from '@jest/globals';
import type { Stage } from './stage.js';

/** What a customer is mapped to now: at most one mapping of it is not archived. */
export async function mappingOf(
  on: Stage,
  customerId: string,
): Promise<{ state: string; clientId: string | null; origin: string | null; candidates: string[] } | undefined> {
  const found = (await on.mappings()).filter((mapping) => mapping.customerId === customerId && mapping.archivedAt === null);
  expect(found.length).toBeLessThanOrEqual(1);
  const [mapping] = found;
  return mapping && { state: mapping.state, clientId: mapping.clientId, origin: mapping.origin, candidates: mapping.candidates };
}

/** How many clients of exactly this name are in Halo. */
export function clientsCalled(on: Stage, name: string): number {
  return on.sandbox.psa.clients().filter((client) => client['name'] === name).length;
}
