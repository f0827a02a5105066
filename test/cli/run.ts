import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../src/cli.js', import.meta.url));

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** A command that runs. */
export interface Running {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** Settles when standard output or error has shown a text, with all that was shown; fails when the command ends before. */
  shows(text: string): Promise<string>;
}

/** Starts `isthmus` with nothing but these variables and those every program needs. */
export function start(args: string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nowhere', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, out, err })));
  const shows = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (`${out}${err}`.includes(text)) resolve(`${out}${err}`);
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      child.on('close', (code) => reject(new Error(`It ended with ${code} before it showed "${text}": ${out}${err}`)));
      look();
    });
  return { child, ended, shows };
}

/** Runs `isthmus` to its end. */
export function run(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  return start(args, env).ended;
}
