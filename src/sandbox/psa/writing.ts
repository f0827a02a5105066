import { bind, type Bound } from './binding.js';
import type { Query } from './query.js';
import { bindingRefusal, businessRefusal, Refusal } from './refusals.js';
import type { Resource } from './resources/resource.js';
import { shownName } from './showing.js';
import type { Row } from './table.js';
import { seesClient, type World } from './world.js';

/** Creates and updates what a POST holds, in order, and answers as the switches say. Throws a Refusal. */
export function post(resource: Resource, body: unknown, query: Query, world: World): { status: number; body: unknown } {
  const { switches, store } = world;
  const elements = readElements(resource, body, world);
  const saved: Row[] = [];
  let created = false;
  const saveAll = (): void => {
    for (const bound of elements) {
      const existing = existingFor(bound, resource, world);
      created ||= !existing;
      saved.push(store.atomically(() => resource.save(bound, existing, world)));
    }
  };
  if (switches.arrayAtomic) store.atomically(saveAll);
  else saveAll();
  const shown = saved.map((row) => ({ ...resource.show(row, 'whole', world), _warning: warning(row, world) }));
  const asked = switches.arrayAnswer === 'all-when-asked' && query.boolean('returnall') === true;
  const all = asked || (switches.arrayAnswer === 'all' && shown.length > 1);
  return { status: created ? switches.createStatus : 200, body: all ? shown : shown.at(-1) };
}

/** Deletes a record and answers with it. Throws a Refusal. */
export function remove(resource: Resource, id: number, world: World): unknown {
  const row = world.store.tables[resource.table].get(id);
  if (!row || !seesClient(world, resource.clientOf?.(row))) throw new Refusal(404);
  const removed = world.store.atomically(() => {
    world.store.countWrite(resource.table);
    return resource.remove(row, world);
  });
  return resource.show(removed, 'whole', world);
}

function readElements(resource: Resource, body: unknown, world: World): Bound[] {
  if (!Array.isArray(body)) {
    throw bindingRefusal(world.switches, { '': ['The JSON does not fit: this resource takes an array of records.'] });
  }
  const errors: Record<string, string[]> = {};
  const elements = body.map((element, index) => bind(resource.fields, element, index, errors));
  if (Object.keys(errors).length > 0) throw bindingRefusal(world.switches, errors);
  if (elements.length === 0) throw businessRefusal(world.switches, 'There is nothing to save.');
  if (elements.length > 1 && !world.switches.arraysAccepted) {
    throw businessRefusal(world.switches, 'Only one record can be saved at a time.');
  }
  return elements;
}

/** The record an element updates; undefined when it is to be created. */
function existingFor(bound: Bound, resource: Resource, world: World): Row | undefined {
  const id = Number(bound['id'] ?? 0);
  if (id === 0) return undefined;
  const row = world.store.tables[resource.table].get(id);
  if (row && !seesClient(world, resource.clientOf?.(row))) throw new Refusal(world.switches.unauthorizedForMissingRight);
  if (row || world.switches.unknownIdUpdate === 'insert') return row;
  if (world.switches.unknownIdUpdate === '404') throw new Refusal(404);
  throw businessRefusal(world.switches, 'The record could not be found.', 'id');
}

function warning(row: Row, world: World): string | null {
  if (!world.switches.warnings) return null;
  return `${String(shownName(row['name'] ?? row['summary'] ?? row.id, world.switches))} was saved, but some values may need attention.`;
}
