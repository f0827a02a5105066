import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The clocks of a process that is started with its variables. */
export class MovableClock {
  private constructor(private readonly folder: string) {}

  static async make(): Promise<MovableClock> {
    const clock = new MovableClock(await mkdtemp(join(tmpdir(), 'isthmus-clock-')));
    await clock.ahead(0);
    return clock;
  }

  private get file(): string {
    return join(this.folder, 'ahead');
  }

  get env(): Record<string, string> {
    return { NODE_OPTIONS: `--import ${new URL('./clock-ahead.js', import.meta.url).href}`, CLOCK_AHEAD_FILE: this.file };
  }

  /** Sets both clocks ahead of the machine's by so many milliseconds. */
  async ahead(ms: number): Promise<void> {
    await writeFile(this.file, String(ms));
  }

  /** Once the process has ended. */
  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}
