import { Agent, request, type OutgoingHttpHeaders } from 'node:http';
import type { SandboxCredentials } from '../../../src/sandbox/index.js';

type Json = Record<string, unknown>;

/** The most rows of a page that both vendors give, or fewer where they like. */
const PAGE = 500;

/** Both vendors, called as plainly as Node can. */
export class Vendors {
  private readonly agent = new Agent({ keepAlive: true });
  private marketplaceToken = '';
  private psaToken = '';

  private constructor(private readonly at: SandboxCredentials) {}

  static async signIn(at: SandboxCredentials): Promise<Vendors> {
    const vendors = new Vendors(at);
    const { username, password, marketplace, apiUrl } = at.marketplace;
    const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    const headers = { ...vendors.key, authorization: basic, 'content-type': 'application/json' };
    vendors.marketplaceToken = String((await vendors.send('POST', `${apiUrl}/token`, headers, JSON.stringify({ marketplace })))['token']);
    const { clientId, clientSecret, authUrl, haloTenant } = at.psa;
    const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope: 'all' });
    const answer = await vendors.send(
      'POST',
      `${authUrl}/token?tenant=${haloTenant}`,
      { 'content-type': 'application/x-www-form-urlencoded' },
      form.toString(),
    );
    vendors.psaToken = String(answer['access_token']);
    return vendors;
  }

  marketplace(path: string): Promise<Json> {
    return this.send('GET', `${this.at.marketplace.apiUrl}${path}`, { ...this.key, authorization: `Bearer ${this.marketplaceToken}` });
  }

  page(path: string, offset: number): Promise<Json> {
    return this.marketplace(`${path}?offset=${offset}&limit=${PAGE}`);
  }

  /** All rows of a list of the marketplace. */
  async list(path: string): Promise<Json[]> {
    const rows: Json[] = [];
    for (;;) {
      const { data, pagination } = (await this.page(path, rows.length)) as { data: Json[]; pagination: { total: number } };
      rows.push(...data);
      if (rows.length >= pagination.total || data.length === 0) return rows;
    }
  }

  /** All records of one kind in the PSA, inactive ones too. */
  async records(path: string, key: string): Promise<Json[]> {
    const rows: Json[] = [];
    for (let page = 1; ; page += 1) {
      const query = `pageinate=true&page_size=${PAGE}&page_no=${page}&order=id&includeinactive=true`;
      const answer = await this.psa('GET', `/api/${path}?${query}`);
      rows.push(...(answer[key] as Json[]));
      if (rows.length >= Number(answer['record_count'])) return rows;
    }
  }

  /** Creates records in arrays of so many. */
  async post(path: string, records: readonly object[], atOnce: number): Promise<void> {
    for (let from = 0; from < records.length; from += atOnce) {
      await this.psa('POST', `/api/${path}`, JSON.stringify(records.slice(from, from + atOnce)));
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private get key(): Record<string, string> {
    return { 'x-subscription-key': this.at.marketplace.subscriptionKey };
  }

  private psa(method: string, path: string, body?: string): Promise<Json> {
    const headers = { authorization: `Bearer ${this.psaToken}`, 'content-type': 'application/json' };
    return this.send(method, `${this.at.psa.baseUrl}${path}`, headers, body);
  }

  private send(method: string, url: string, headers: OutgoingHttpHeaders, body?: string): Promise<Json> {
    return new Promise((resolve, reject) => {
      const call = request(url, { method, headers, agent: this.agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const status = response.statusCode ?? 0;
          if (status >= 200 && status < 300) resolve(JSON.parse(text) as Json);
          else reject(new Error(`${method} ${url} answered ${status}: ${text.slice(0, 300)}`));
        });
      });
      call.on('error', reject);
      call.end(body);
    });
  }
}
