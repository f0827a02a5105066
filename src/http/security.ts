import helmet from '@fastify/helmet';
import fp from 'fastify-plugin';

/** What the documentation page loads: files of its own, and pictures within its styles. */
const DOCUMENTATION = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join(';');

/** Headers that keep browsers from doing more with an answer than read it. */
export const security = fp(
  async (app, options: { https: boolean }) => {
    await app.register(helmet, {
      contentSecurityPolicy: {
        useDefaults: false,
        // Answers are data: a browser that is made to show one loads and runs nothing.
        directives: { defaultSrc: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"] },
      },
      frameguard: { action: 'deny' },
      // Only an address known to be https may promise to stay so.
      strictTransportSecurity: options.https,
    });
    // After helmet's own hook.
    app.addHook('onRequest', async (request, reply) => {
      if (/^\/docs(\/|$|\?)/.test(request.url)) reply.header('content-security-policy', DOCUMENTATION);
    });
    app.addHook('onSend', async (request, reply) => {
      if (request.url.startsWith('/api/') && !reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    });
  },
  { name: 'security' },
);
