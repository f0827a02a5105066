import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { PsaInstance } from '../../entities/index.js';

/** Stores a PSA instance that nothing is called at, and gives its id. */
export async function storePsaInstance(dataSource: DataSource): Promise<string> {
  const id = randomUUID();
  await dataSource.manager.insert(PsaInstance, {
    id,
    name: `instance ${id.slice(0, 4)}`,
    baseUrl: 'https://halo.example.com',
    clientId: 'client',
    clientSecret: 'sealed',
    webhookSecret: 'sealed',
  });
  return id;
}
