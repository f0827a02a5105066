import fp from 'fastify-plugin';
import { type AuthenticationOptions, sessionOf } from './authentication.js';

const NOBODY = "frame-ancestors 'none'";

/**
 * Lets a page be shown within another for one case alone: a browser that signed in from Halo may show it within that HaloPSA. Every other
 * page keeps the policy it was sent with, which is nobody.
 */
export const framing = fp(
  (app, options: AuthenticationOptions, done) => {
    app.addHook('onSend', async (request, reply) => {
      const policy = reply.getHeader('content-security-policy');
      if (typeof policy !== 'string' || !String(reply.getHeader('content-type')).startsWith('text/html')) return;
      const found = await sessionOf(request, options);
      if (found === null || found.baseUrl === null) return;
      reply.header('content-security-policy', policy.replace(NOBODY, `frame-ancestors ${new URL(found.baseUrl).origin}`));
      reply.removeHeader('x-frame-options');
    });
    done();
  },
  { name: 'framing', dependencies: ['security', 'authentication'] },
);
