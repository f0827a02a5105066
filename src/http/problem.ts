/** One thing wrong with what was sent. `pointer` is a JSON pointer into the body, or `/query/<name>`. */
export interface Fault {
  pointer: string;
  message: string;
}

/** Members of an answer beyond those of RFC 9457, such as the id of the import that is in the way. */
export type Extra = Record<string, unknown>;

/** An answer that says no. `detail` is a sentence for whoever called: what is wrong and what to do. */
export class HttpProblem extends Error {
  override readonly name: string = 'HttpProblem';
  /** Headers of the answer. */
  readonly headers: Record<string, string> = {};
  constructor(
    readonly status: number,
    /** The kind of problem, as one stable word: the end of the answer's `type`. */
    readonly kind: string,
    readonly title: string,
    detail: string,
    readonly extra: Extra = {},
  ) {
    super(detail);
  }
}

/** 400: what was sent cannot be read as what is wanted. */
export class Invalid extends HttpProblem {
  override readonly name = 'Invalid';
  constructor(errors: Fault[], detail = 'What was sent is not valid; see errors.') {
    super(400, 'invalid', 'Invalid request', detail, { errors });
  }
}

/** 401: who is calling is not known. */
export class Unauthorized extends HttpProblem {
  override readonly name = 'Unauthorized';
  constructor(detail: string, error?: 'invalid_token') {
    super(401, 'unauthorized', 'Not signed in', detail);
    this.headers['www-authenticate'] = `Bearer realm="isthmus"${error ? `, error="${error}"` : ''}`;
  }
}

/** 403: who is calling may not do this, though they may know that it exists. */
export class Forbidden extends HttpProblem {
  override readonly name = 'Forbidden';
  constructor(detail: string) {
    super(403, 'forbidden', 'Not allowed', detail);
  }
}

/** 404: there is nothing of that id for the caller; also for what belongs to someone else. */
export class NotFound extends HttpProblem {
  override readonly name = 'NotFound';
  constructor(what = 'Nothing', hint = '') {
    super(404, 'not-found', 'Not found', `${what} was not found here.${hint && ` ${hint}`}`);
  }
}

/** 409: what is there does not allow it now. */
export class Conflict extends HttpProblem {
  override readonly name = 'Conflict';
  constructor(detail: string, extra: Extra = {}) {
    super(409, 'conflict', 'Conflict', detail, extra);
  }
}

/** 422: well-formed, but it does not work: credentials that a vendor rejects, say. */
export class Unprocessable extends HttpProblem {
  override readonly name = 'Unprocessable';
  constructor(detail: string, extra: Extra = {}) {
    super(422, 'unprocessable', 'Does not work', detail, extra);
  }
}

/** 429: the caller asked too often. */
export class TooMany extends HttpProblem {
  override readonly name = 'TooMany';
  /** @param what A sentence. */
  constructor(what: string, retryAfterSeconds: number) {
    super(429, 'too-many-requests', 'Too many requests', `${what} Try again in ${retryAfterSeconds} s.`);
    this.headers['retry-after'] = String(retryAfterSeconds);
  }
}

/** 503: not now; try again. */
export class Unavailable extends HttpProblem {
  override readonly name = 'Unavailable';
  constructor(detail: string, retryAfterSeconds = 5) {
    super(503, 'unavailable', 'Not available now', detail);
    this.headers['retry-after'] = String(retryAfterSeconds);
  }
}
