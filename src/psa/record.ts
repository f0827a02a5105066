import { UpstreamError, type HttpAnswer } from '../egress/index.js';
import { badAnswer, isErrorOf, isSuccess } from './answer.js';
import type { Calls } from './calls.js';
import * as read from './read.js';
import type { WireRecord } from './wire.js';

/**
 * One record by id; null when there is none: a 404, or a success with an empty object, id 0 or another record than the one asked for. An error
 * with a status of success says nothing of the record.
 * Throws an UpstreamError when it cannot be read or understood.
 */
export async function oneRecord<T extends object>(
  calls: Calls,
  resource: string,
  id: string,
  translate: (row: WireRecord) => T | { reason: string },
): Promise<T | null> {
  if (!/^[1-9]\d*$/.test(id)) return null;
  const path = `/${resource}/${id}`;
  const row = await calls.read(path, { includedetails: true }, (answer) => rowOf(answer, path), [404]);
  if (row === null || read.id(row['id']) !== id) return null;
  const record = translate(row);
  if (!('reason' in record)) return record;
  throw new UpstreamError({
    vendor: 'psa',
    kind: 'bad_answer',
    retryable: false,
    detail: `HaloPSA's ${path} cannot be used: ${record.reason}`,
  });
}

function rowOf(answer: HttpAnswer, path: string): WireRecord | null {
  if (!isSuccess(answer) || answer.json === null) return null;
  if (read.isRecord(answer.json) && !isErrorOf(answer)) return answer.json;
  throw badAnswer(answer, `reading ${path}`);
}
