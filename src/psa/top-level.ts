import type { HttpAnswer } from '../egress/index.js';
import { badAnswer } from './answer.js';
import * as read from './read.js';

/** A branch that clients hang under. */
export interface TopLevel {
  topLevelId: string;
  name: string;
  parentId?: string;
}

/** The top levels of an answer, a bare array or below `trees`: which of the two Halo sends is not documented. Departments of agents are left out. */
export function topLevelsOf(answer: HttpAnswer): TopLevel[] {
  const rows = read.isRecord(answer.json) ? answer.json['trees'] : answer.json;
  if (!Array.isArray(rows)) throw badAnswer(answer, 'reading /TopLevel');
  return rows.filter(read.isRecord).flatMap((row) => {
    const topLevelId = read.id(row['id']);
    const name = read.name(row['name']);
    if (topLevelId === undefined || typeof name !== 'string' || read.flag(row['agent_department']) === true) return [];
    const parentId = read.id(row['parentid']);
    return [parentId === undefined ? { topLevelId, name } : { topLevelId, name, parentId }];
  });
}
