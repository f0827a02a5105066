import { Tenant, type IntegratorSettings } from '../../entities/index.js';
import { SPREAD_MS } from '../../src/integrator/schedule.js';
import { type Process, stage, type Stage } from './stage.js';

export const DAY = 86_400_000;

export const at = (text: string): number => Date.parse(text);

/** Every tenant's 02:30 UTC of that day is past by then. */
export const NIGHT = at('2026-05-10T02:30:00Z') + SPREAD_MS;

/** A tenant with a slot each night, and a process that looks for what is due. */
export interface Nights {
  there: Stage;
  process: Process;
  psaInstanceId: string;
  tenantId: string;
  /** Begins again, with a new tenant and no slot that was ever taken. */
  begin(): Promise<void>;
  settings(): Promise<IntegratorSettings>;
  /** The days of the imports there are, oldest first. */
  days(): Promise<string[]>;
  close(): Promise<void>;
}

export async function nights(): Promise<Nights> {
  const there = await stage();
  const on: Nights = {
    there,
    process: await there.process(),
    psaInstanceId: '',
    tenantId: '',
    async begin() {
      await there.dataSource.query('DELETE FROM integrator_slots');
      await there.dataSource.query('DELETE FROM imports');
      await there.dataSource.query('DELETE FROM tenants');
      on.psaInstanceId = await there.addPsaInstance();
      on.tenantId = await there.addTenant(on.psaInstanceId);
    },
    settings: async () => (await there.dataSource.manager.findOneByOrFail(Tenant, { id: on.tenantId })).integrator,
    days: async () => (await there.imports(on.tenantId)).map(({ slot }) => slot ?? 'none'),
    close: () => there.close(),
  };
  return on;
}
