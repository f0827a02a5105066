import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import fp from 'fastify-plugin';
import { OpenApiDocument } from './openapi-document.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** Collects the routes declared by `route()`. */
    openApi: OpenApiDocument;
  }
}

/** Serves the OpenAPI document at `/openapi.json` and for reading at `/docs`. Both need a token, as all that is not public. */
export const openApi = fp(
  async (app) => {
    const collected = new OpenApiDocument();
    const document: Record<string, unknown> = {};
    app.decorate('openApi', collected);
    // Made when it is first asked for: a start need not wait for it.
    app.addHook('onRequest', async ({ url }) => {
      if (document['openapi'] === undefined && /^\/(openapi\.json|docs)\b/.test(url)) Object.assign(document, collected.build());
    });
    await app.register(swagger, { mode: 'static', specification: { document: document as never } });
    await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: false });
    app.get('/openapi.json', () => document);
  },
  { name: 'openapi' },
);
