import type { ImportError } from '../../entities/index.js';
import { SealingError } from '../database/sealing.js';

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

/**
 * Records that this attempt's looks stored are not there any more: Postgres empties unlogged tables when it recovers from a crash, and a
 * standby that takes over has none of them. Nothing that is missing then may be taken for absent at the vendor, so the import looks again.
 */
export class LookLost extends Error {
  override name = 'LookLost';

  constructor() {
    super('The database has lost what it held of the lists: it crashed, or another server took over.');
  }
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

const NAMES: Record<string, string> = { marketplace: 'the marketplace', psa: 'HaloPSA' };

/** What to do about trouble of a kind; the vendor's name is put in. */
const ADVICE: Record<string, string> = {
  unreachable: 'Nothing answers there: check the address of {vendor}, or import again once it is back.',
  timeout: 'Import again once {vendor} answers in time.',
  bad_answer: 'Import again later; if it stays so, check the address of {vendor}, or ask its support.',
  credentials: 'Correct the credentials for {vendor}, then import again.',
  permission: 'Give the user that Isthmus signs in as the missing permission in {vendor}, then import again.',
  throttled: 'Too many calls were made to {vendor}, by Isthmus or by other tools. Import again later.',
  refused: 'Please report this with the import’s id.',
  server: 'Import again later; if it stays so, ask the support of {vendor}.',
  not_found: 'Check the address of {vendor}, and that the module it belongs to is on.',
  egress: 'Correct the address of {vendor}, or allow it in ISTHMUS_EGRESS_ALLOW.',
};

/** What an import's row says of the error that ended it: who must act, and what to do. Errors of our own show no inner text: the log has it. */
export function describeFailure(error: unknown): ImportError {
  if (error instanceof ImportFailure) return { actor: error.actor, code: error.code, message: error.message };
  if (isUpstream(error)) {
    const advice = (ADVICE[error.kind] ?? '').replaceAll('{vendor}', NAMES[error.vendor] ?? error.vendor);
    const said = /[.!?]$/.test(error.message) ? error.message : `${error.message}.`;
    return { actor: error.actor, code: `${error.vendor}_${error.kind}`, message: `${said} ${advice}`.trim() };
  }
  // Written for people, and without what was sealed.
  if (error instanceof SealingError) return { actor: 'configuration', code: 'secret_unreadable', message: error.message };
  return {
    actor: 'isthmus',
    code: 'unexpected',
    message: 'Something went wrong inside Isthmus. Nothing was lost; the log has the details under this import’s id.',
  };
}
