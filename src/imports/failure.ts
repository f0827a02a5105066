import type { ImportError } from '../../entities/index.js';

/** An import that cannot go on, with who must act and what to do. */
export class ImportFailure extends Error {
  override name = 'ImportFailure';

  constructor(
    readonly actor: ImportError['actor'],
    /** A stable word for programs: `different_account`, `psa_look_incomplete`, `key_not_kept`… */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Someone asked for the import to stop. */
export class ImportCancelled extends Error {
  override name = 'ImportCancelled';
}

/** Another attempt took this import over: whoever finds this out stops without another word. */
export class AttemptLost extends Error {
  override name = 'AttemptLost';
}

interface UpstreamLike {
  name: string;
  message: string;
  vendor: string;
  kind: string;
  actor: ImportError['actor'];
}

function isUpstream(error: unknown): error is Error & UpstreamLike {
  return error instanceof Error && error.name === 'UpstreamError' && 'kind' in error && 'actor' in error && 'vendor' in error;
}

/** What an import's row says of the error that ended it. Errors of our own show no inner text: the log has it. */
export function describeFailure(error: unknown): ImportError {
  if (error instanceof ImportFailure) return { actor: error.actor, code: error.code, message: error.message };
  if (isUpstream(error)) return { actor: error.actor, code: `${error.vendor}_${error.kind}`, message: error.message };
  return { actor: 'isthmus', code: 'unexpected', message: 'Something went wrong inside Isthmus. Nothing was lost; the log has the details under this import’s id.' };
}
