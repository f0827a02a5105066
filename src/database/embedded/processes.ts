import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * When a process began, in a form that no other process of this machine's life shares, so that a pid that was given again is
 * not mistaken for its former holder. Undefined when there is no such process.
 */
export async function birthOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return ps(pid, 'lstart=');
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets and may hold spaces; the start time is the 22nd field.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return fields[19];
  } catch {
    return undefined;
  }
}

/** The command line of a process; undefined when there is none of that pid. */
export async function commandOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return ps(pid, 'command=');
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
  } catch {
    return undefined;
  }
}

/** Names the space that pids are counted in: the machine's boot, and the container. Processes of another space cannot be seen. */
export async function pidSpace(): Promise<string> {
  if (process.platform !== 'linux') return process.platform;
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'unknown');
  const container = await readlink('/proc/self/ns/pid').catch(() => 'unknown');
  return `${boot.trim()} ${container}`;
}

async function ps(pid: number, what: string): Promise<string | undefined> {
  try {
    return (await run('ps', ['-o', what, '-p', String(pid)])).stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}
