import type { ChildProcess } from 'node:child_process';
import { type Ended, type Running, start } from '../cli/run.js';

const alive = new Set<ChildProcess>();
process.on('exit', () => alive.forEach((child) => child.kill('SIGKILL')));

/** One process of the service, as `isthmus start` runs it. */
export class Service {
  private said = '';

  private constructor(
    private readonly running: Running,
    /** Where it listens. */
    readonly url: string,
  ) {
    running.child.stdout?.on('data', (chunk: Buffer) => (this.said += chunk.toString()));
  }

  /** Starts a process and waits until it listens. */
  static async start(env: Record<string, string>): Promise<Service> {
    const running = Service.launch(env);
    const shown = await running.shows('Isthmus listens on');
    return new Service(running, /Isthmus listens on (http:\/\/[\w.:]+)/.exec(shown)?.[1] ?? '');
  }

  /** Starts a process that may end before it listens. */
  static launch(env: Record<string, string>): Running {
    const running = start(['start'], { PORT: '0', ISTHMUS_EGRESS_ALLOW: '127.0.0.1', ...env });
    alive.add(running.child);
    void running.ended.then(() => alive.delete(running.child));
    return running;
  }

  get ended(): Promise<Ended> {
    return this.running.ended;
  }

  /** Settles once its log has shown a text. */
  shows(text: string): Promise<string> {
    return this.running.shows(text);
  }

  /** How often its log has said something since it listens. */
  timesSaid(text: string): number {
    return this.said.split(text).length - 1;
  }

  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGTERM' | 'SIGKILL'): void {
    this.running.child.kill(name);
  }

  /** Ends it at once, as a power cut would. */
  kill(): Promise<Ended> {
    this.signal('SIGKILL');
    return this.ended;
  }

  async get(path: string): Promise<{ status: number; body: unknown }> {
    const answer = await fetch(`${this.url}${path}`, { signal: AbortSignal.timeout(15_000) });
    return { status: answer.status, body: await answer.json() };
  }
}
