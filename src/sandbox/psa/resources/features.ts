import { boolean, date, integer, REQUEST_FLAGS, text, type Fields } from '../fields.js';
import { Refusal } from '../refusals.js';
import { shownColumns } from '../showing.js';
import type { PsaSwitches } from '../switches.js';
import type { Row } from '../table.js';
import { resource } from './resource.js';

const FEATURE_FIELDS: Fields = {
  module_name: text(),
  actual_name: text(),
  intent: text(),
  enabled: boolean(),
  licensed: boolean(true),
  core: boolean(),
  accesslevel: integer(),
  halointegratorenabled: boolean(),
  halointegrator_lastsync: date(),
  halointegrator_lasterror: text(undefined, ''),
  ...REQUEST_FLAGS,
};

/** The modules of the sandbox, and when each is on. Their ids and exact names are not documented. */
const MODULES: readonly { id: number; name: string; on: (switches: PsaSwitches) => boolean }[] = [
  { id: 1, name: 'Service Desk', on: () => true },
  { id: 12, name: 'Software Licensing', on: (switches) => switches.softwareLicensing },
  { id: 87, name: 'Microsoft CSP', on: (switches) => switches.nativeCsp },
  { id: 132, name: 'Ingram Micro', on: (switches) => switches.nativeIngram },
  { id: 133, name: 'Ingram Micro Reseller', on: () => false },
  { id: 94, name: 'Pax8', on: () => false },
];

/** The rows that the feature table starts with. Whether a module is on is worked out when it is shown. */
export function featureRows(): { id: number; name: string }[] {
  return MODULES.map(({ id, name }) => ({ id, name }));
}

function isOn(row: Row, switches: PsaSwitches): boolean {
  return MODULES.find((module) => module.id === row.id)?.on(switches) ?? false;
}

/** `/Features`: Halo's own modules; all, or with `showenabled=true` those that are on. Source: Halo's OpenAPI document (`ModuleSetup`). */
export const features = resource({
  path: 'features',
  table: 'feature',
  fields: FEATURE_FIELDS,
  searched: ['module_name'],
  chosen: (row, query, world) => {
    const on = isOn(row, world.switches);
    return !(query.boolean('showenabled') === true && !on) && !(query.boolean('showdisabled') === true && on);
  },
  show(row, _detail, world) {
    const on = isOn(row, world.switches);
    const shown = shownColumns(FEATURE_FIELDS, row, world.switches);
    return { ...shown, module_name: row['name'], actual_name: row['name'], enabled: on, halointegratorenabled: on && row.id > 80 };
  },
  save: (_bound, _existing, world) => {
    throw new Refusal(world.switches.unauthorizedForMissingRight);
  },
  remove: (_row, world) => {
    throw new Refusal(world.switches.unauthorizedForMissingRight);
  },
});
