import type { LightMyRequestResponse } from 'fastify';
import { SignInLinks } from '../../src/auth/sign-in-links.js';
import type { TestApp } from '../support/app.js';

let last = 0;

/** A browser: keeps cookies as one would (over https and plain http alike), and sends what pages of ours send. */
export class Browser {
  /** By name. */
  readonly cookies = new Map<string, string>();

  /** Each one is somewhere else, so that the tries of one do not count for another. */
  constructor(
    readonly test: TestApp,
    readonly address = `198.51.100.${(last += 1)}`,
  ) {}

  /** Our origin, as the browser sends it. */
  get origin(): string {
    return new URL(this.test.services.publicUrl).origin;
  }

  get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** Sends a request with the cookies and nothing more, and keeps what is set. */
  async send(
    method: string,
    url: string,
    headers: Record<string, string> = {},
    payload?: string | object,
  ): Promise<LightMyRequestResponse> {
    const answer = await this.test.app.inject({
      method: method as 'GET',
      url,
      remoteAddress: this.address,
      headers: { ...(this.cookies.size > 0 ? { cookie: this.cookie } : {}), ...headers },
      ...(payload === undefined ? {} : { payload }),
    });
    for (const { name, value, expires } of answer.cookies) {
      if (expires && expires.getTime() <= Date.now()) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  /** Calls the API as the page does. */
  page(method: string, path: string, payload?: object): Promise<LightMyRequestResponse> {
    return this.send(method, `/api/v1${path}`, { origin: this.origin, 'x-isthmus-page': '1' }, payload);
  }

  /** Presses the button of the link's page. */
  press(token: string, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> {
    const form = { 'content-type': 'application/x-www-form-urlencoded', origin: this.origin, ...headers };
    return this.send('POST', '/auth/link', form, `token=${encodeURIComponent(token)}`);
  }

  /** Signs in with a new link. */
  async signIn(): Promise<this> {
    const answer = await this.press(await newToken(this.test));
    if (answer.statusCode !== 303) throw new Error(`the link was answered with ${answer.statusCode}: ${answer.body}`);
    return this;
  }
}

/** The token of a new link. */
export async function newToken(test: TestApp): Promise<string> {
  const link = await new SignInLinks(test.services.dataSource).create(test.services.publicUrl);
  return new URL(link).searchParams.get('token') ?? '';
}
