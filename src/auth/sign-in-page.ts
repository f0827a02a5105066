import { randomBytes } from 'node:crypto';
import type { FastifyReply } from 'fastify';

/** What a page of the sign-in says; plain text, escaped here. */
interface SignInPage {
  status: number;
  title: string;
  text: string;
  /** A button that posts this token. */
  token?: string;
  /** The origin of the one page that may show it in a frame. */
  framedBy?: string;
}

/**
 * Sends a small page without scripts. It tells others nothing of its address, which may hold a token, but the browser tells us its origin:
 * without any referrer policy's leave it would say "null", and the button could not be told from another site's.
 */
export function sendSignInPage(reply: FastifyReply, { status, title, text, token, framedBy }: SignInPage): FastifyReply {
  const nonce = randomBytes(16).toString('base64');
  const button =
    token === undefined
      ? ''
      : `<form method="post" action="/auth/link"><input type="hidden" name="token" value="${escape(token)}"><button autofocus>Sign in</button></form>`;
  if (framedBy !== undefined) reply.removeHeader('x-frame-options');
  return reply
    .code(status)
    .header(
      'content-security-policy',
      `default-src 'none'; style-src 'nonce-${nonce}'; form-action 'self'; base-uri 'none'; frame-ancestors ${framedBy ?? "'none'"}`,
    )
    .header('referrer-policy', 'strict-origin')
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">` +
        `<title>${escape(title)} · Isthmus</title><style nonce="${nonce}">${STYLE}</style></head>` +
        `<body><main><h1>${escape(title)}</h1><p>${escape(text)}</p>${button}</main></body></html>`,
    );
}

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;color-scheme:light dark;margin:0;display:grid;place-items:center;min-height:90vh}' +
  'main{max-width:30rem;padding:1.5rem}h1{font-size:1.4rem}button{font:inherit;padding:.6rem 1.4rem;cursor:pointer}';

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
