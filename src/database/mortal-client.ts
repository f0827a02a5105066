import { Client, type ClientConfig, Query } from 'pg';
import { failedToConnect } from './connection-lost.js';
import { preparedName } from './prepared.js';

/** A statement that takes longer is given up by Postgres. In milliseconds. */
export const STATEMENT_TIMEOUT_MS = 120_000;

/** Nothing keeps a living server from answering for longer: a connection that is silent for so long is dead. In milliseconds. */
const SILENCE_MS = STATEMENT_TIMEOUT_MS + 10_000;

/** What such a client can be told beside what every client can. */
export interface Mortal {
  readonly silenceMs: number;
  /** Postgres is known by another way to be at work for it: its silence begins anew. */
  heardOf(): void;
}

/**
 * A client of Postgres that notices when the way to it swallows everything, as a proxy or a firewall may do that lost its state: there
 * is no error then, TCP's keep-alive may be answered by the proxy, and node-postgres waits for ever, with a place of its pool.
 * An error of connecting, which is the network's own, is noted as one about the database. Statements that are marked so are prepared.
 */
export function mortalClient(silenceMs = SILENCE_MS): typeof Client {
  return class MortalClient extends Client implements Mortal {
    readonly silenceMs = silenceMs;

    constructor(config?: string | ClientConfig) {
      super(config);
      // Only now is it certain which socket carries the connection: TLS puts another one in place.
      this.once('connect', () => {
        const stream = socketOf(this);
        stream.setTimeout(silenceMs, () =>
          stream.destroy(Object.assign(new Error(`Postgres was silent for ${silenceMs / 1000} s`), { code: 'ETIMEDOUT' })),
        );
      });
    }

    heardOf(): void {
      socketOf(this).setTimeout(silenceMs);
    }

    // Node-postgres declares a dozen forms of it; a text with its parameters is the one that statements to prepare come in.
    override query = ((text: unknown, ...more: unknown[]): unknown => {
      const name = typeof text === 'string' ? preparedName(text) : undefined;
      const query = Client.prototype.query.bind(this) as (...parameters: unknown[]) => unknown;
      if (name === undefined) return query(text, ...more);
      const [values, told] = more as [unknown[] | undefined, Told | undefined];
      if (told) return query(named(name, text as string, values, told));
      return new Promise((resolve, reject) => {
        query(named(name, text as string, values, (error, result) => (error ? reject(error) : resolve(result))));
      });
    }) as Client['query'];

    override connect(): Promise<Client>;
    override connect(told: (error: Error | null, client?: Client) => void): void;
    override connect(told?: (error: Error | null, client?: Client) => void): Promise<Client> | void {
      const connect = super.connect.bind(this) as (told: (error: Error | null) => void) => void;
      const connected = (then: (error: Error | null, client: Client) => void): void =>
        connect((error) => {
          if (error) failedToConnect(error);
          then(error, this);
        });
      if (told) return connected(told);
      return new Promise((resolve, reject) => connected((error) => (error ? reject(error) : resolve(this))));
    }
  };
}

interface SilentSocket {
  setTimeout(ms: number, callback?: () => void): void;
  destroy(error: Error): void;
}

function socketOf(client: Client): SilentSocket {
  return (client as unknown as { connection: { stream: SilentSocket } }).connection.stream;
}

type Told = (error: Error | null | undefined, result: unknown) => void;

/** A statement to be prepared. Node-postgres copies one that is described by an object property by property, which takes longer than all else about it. */
function named(name: string, text: string, values: unknown[] | undefined, told: Told): Query {
  return Object.assign(new Query(text, values, told), { name });
}
