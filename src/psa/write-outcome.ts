import { isErrorOf, sentenceOf, isSuccess } from './answer.js';
import type { Posted } from './calls.js';
import { isOwnError } from './errors.js';
import { isRecord } from './read.js';
import type { WireRecord } from './wire.js';

/**
 * How a write ended.
 * - `stored`: a clean success. `shown` is what the answer showed, which may be fewer records than were sent.
 * - `refused`: Halo answered that it did not do it, or not all of it.
 * - `unclear`: no answer, a cut, empty or HTML one, a gateway's error, an error with a status of success; `late` when we stopped waiting and it may be stored yet.
 */
export type WriteOutcome<T> =
  | { kind: 'stored'; shown: T[] }
  | { kind: 'refused'; status: number; message: string }
  | { kind: 'unclear'; message: string; late: boolean };

/** The outcome of a write to `path`, by what came back. Business errors come with 400 as with 500: the body tells. */
export function writeOutcome(posted: Posted, path: string): WriteOutcome<WireRecord> {
  if ('lost' in posted) return { kind: 'unclear', message: posted.lost.detail, late: posted.lost.kind === 'timeout' };
  const { answer } = posted;
  const { status, json } = answer;
  if (isSuccess(answer)) {
    if (isErrorOf(answer)) return { kind: 'unclear', message: sentenceOf(answer, `writing to ${path}`), late: false };
    if (isRecord(json)) return { kind: 'stored', shown: [json] };
    if (Array.isArray(json)) return { kind: 'stored', shown: json.filter(isRecord) };
    return { kind: 'unclear', message: `HaloPSA's answer to writing to ${path} cannot be read.`, late: false };
  }
  const message = sentenceOf(answer, `writing to ${path}`);
  const looked = status < 500 ? status !== 408 : status === 500 && isOwnError(answer.text);
  return looked ? { kind: 'refused', status, message } : { kind: 'unclear', message, late: false };
}
