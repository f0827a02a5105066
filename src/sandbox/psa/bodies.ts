import type { FastifyInstance } from 'fastify';

/** A body that the server could not read: JSON that is none, or a media type that it does not take. */
export class Unreadable {
  readonly reason: 'json' | 'media type';

  constructor(reason: 'json' | 'media type') {
    this.reason = reason;
  }
}

/** A posted form; the last one of a name repeated. */
export class Form {
  readonly fields: Record<string, string>;

  constructor(fields: Record<string, string>) {
    this.fields = fields;
  }
}

/**
 * Reads bodies as Halo does: JSON under any of its media types, forms. What cannot be read is left to the
 * routes as an `Unreadable`, because whether a call is allowed comes first.
 */
export function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (request, body, done) => {
    done(null, parsed(request.headers['content-type'] ?? '', String(body)));
  });
}

function parsed(contentType: string, body: string): unknown {
  if (body === '') return undefined;
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/x-www-form-urlencoded') return new Form(Object.fromEntries(new URLSearchParams(body)));
  if (!/^(application|text)\/(.+\+)?json$/.test(type)) return new Unreadable('media type');
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return new Unreadable('json');
  }
}
