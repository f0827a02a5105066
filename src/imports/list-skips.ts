import { type EntityManager, In } from 'typeorm';
import { type Import, Skip } from '../../entities/index.js';
import { partOfList } from '../database/part-of-list.js';
import type { SkipsQuery } from './dto.js';

/** What an import left alone, in the order in which it was noted, and how much there is. */
export async function listSkips(manager: EntityManager, row: Import, query: SkipsQuery): Promise<[Skip[], number]> {
  const where = { importId: row.id, ...(query.reason && { reason: query.reason }) };
  return partOfList<string, Skip>(
    {
      name: JSON.stringify(['skips', where, row.attempt, row.finishedAt]),
      state: row.finishedAt === null ? undefined : 'over',
      count: () => manager.countBy(Skip, where),
      keys: async ({ offset, limit, backwards }) => {
        const order = { id: backwards ? 'DESC' : 'ASC' } as const;
        return (await manager.find(Skip, { select: { id: true }, where, order, skip: offset, take: limit })).map(({ id }) => id);
      },
      rows: (ids) => manager.find(Skip, { where: { id: In(ids) }, order: { id: 'ASC' } }),
    },
    query,
  );
}
