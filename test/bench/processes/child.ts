import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Processes of the benchmark, by the file they run. */
export type Program = 'sandbox' | 'service' | 'floor';

export interface ChildOptions {
  env?: Record<string, string>;
  /** Flags for Node. */
  flags?: readonly string[];
}

interface Answer {
  id: number;
  value?: unknown;
  error?: string;
}

const alive = new Set<ChildProcess>();
process.on('exit', () => alive.forEach((child) => child.kill('SIGKILL')));

/** A process that is asked things over its channel. What it has used is its own: time, memory and garbage of others do not count. */
export class Child {
  private readonly waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  private readonly ended: Promise<void>;
  private asked = 0;
  /** The end of what it has said, for when it fails. */
  private said = '';

  private constructor(
    private readonly name: Program,
    private readonly child: ChildProcess,
  ) {
    alive.add(child);
    const hear = (chunk: Buffer): void => void (this.said = `${this.said}${chunk.toString()}`.slice(-4000));
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.on('message', (answer: Answer) => this.heard(answer));
    this.ended = new Promise((resolve) => {
      child.on('close', (code) => {
        alive.delete(child);
        const error = new Error(`The ${name} process ended with ${code}. It said: ${this.said}`);
        for (const { reject } of this.waiting.values()) reject(error);
        this.waiting.clear();
        resolve();
      });
    });
  }

  /** Starts a program and waits until it can be asked. */
  static async start(name: Program, { env = {}, flags = [] }: ChildOptions = {}): Promise<Child> {
    const child = fork(fileURLToPath(new URL(`./${name}.js`, import.meta.url)), {
      env: { PATH: process.env['PATH'] ?? '', HOME: '/nowhere', ...env },
      execArgv: [...flags],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    const started = new Child(name, child);
    await started.ask('ready');
    return started;
  }

  /** @throws what the process could not do, or that it ended. */
  ask<T>(what: string, input?: unknown): Promise<T> {
    this.asked += 1;
    const id = this.asked;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.child.send({ id, what, input }, (error) => error && reject(error));
    });
  }

  /** Asks it to stop in order, and waits for its end. */
  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.ended;
  }

  private heard({ id, value, error }: Answer): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(new Error(`The ${this.name} process could not: ${error}`));
  }
}
