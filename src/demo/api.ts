/** What the demo reads of an import. */
export interface DemoImport {
  id: string;
  state: string;
  phase: string;
  progress: { done: number; total: number | null };
  counts: {
    clients: { created: number; updated: number; linked: number; unchanged: number };
    licences: { created: number; updated: number; rekeyed: number; reactivated: number; unchanged: number };
    skipped: number;
    failed: number;
  };
  calls: { marketplace: number; psa: number };
  error?: { message: string };
  remarks: string[];
}

export interface DemoSkip {
  entity: string;
  marketplaceId: string;
  reason: string;
  detail: string;
}

export interface DemoChange {
  entity: string;
  action: string;
  customerId: string;
  psaId?: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown>;
}

interface Page<T> {
  data: T[];
  pagination: { total: number };
}

/** The service's own API, as anybody with a token would use it. */
export class Api {
  constructor(
    private readonly serviceUrl: string,
    private readonly token: string,
  ) {}

  /** One call. Throws with what the service says is wrong. */
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.serviceUrl}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text.slice(0, 1000)}`);
    return JSON.parse(text) as T;
  }

  /** Every row of a list. */
  async all<T>(path: string): Promise<T[]> {
    const rows: T[] = [];
    for (;;) {
      const page = await this.call<Page<T>>('GET', `${path}${path.includes('?') ? '&' : '?'}limit=500&offset=${rows.length}`);
      rows.push(...page.data);
      if (page.data.length === 0 || rows.length >= page.pagination.total) return rows;
    }
  }

  /** Starts an import and follows it to its end. */
  async import(tenantId: string, preview: boolean, follow: (running: DemoImport) => void): Promise<DemoImport> {
    let running = await this.call<DemoImport>('POST', `/tenants/${tenantId}/imports`, {
      entities: ['customers', 'subscriptions'],
      preview,
    });
    while (running.state === 'queued' || running.state === 'running') {
      follow(running);
      await new Promise((resolve) => setTimeout(resolve, 150));
      running = await this.call<DemoImport>('GET', `/imports/${running.id}`);
    }
    follow(running);
    return running;
  }
}
