import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, copyFile, cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** The project's folder, and the compiled sources that this test belongs to. */
const COMPILED = resolve(import.meta.dirname, '..', '..');
export const ROOT = dirname(COMPILED);

/** The user of containers, which has no rights to anything; used where the tests run as root. */
const NOBODY = 65_534;

interface Parts {
  stages: { from: string; text: string }[];
  /** The text of the last stage. */
  final: string;
  healthCheck: string[];
  entrypoint: string[];
  command: string[];
  environment: Record<string, string>;
}

/** Reads the Dockerfile, as far as it is used here. */
export function imageParts(): Parts {
  const text = readFileSync(join(ROOT, 'docker', 'Dockerfile'), 'utf8').replaceAll('\\\n', ' ');
  const stages = text
    .split(/^(?=FROM )/m)
    .slice(1)
    .map((stage) => ({ from: /^FROM (\S+)/.exec(stage)?.[1] ?? '', text: stage }));
  const final = stages.at(-1)?.text ?? '';
  const list = (form: RegExp): string[] => JSON.parse(form.exec(final)?.[1] ?? '[]') as string[];
  const pairs = /^ENV (.+)$/m.exec(final)?.[1]?.split(' ') ?? [];
  return {
    stages,
    final,
    healthCheck: list(/^HEALTHCHECK .*?CMD (\[.+\])$/m),
    entrypoint: list(/^ENTRYPOINT (\[.+\])$/m),
    command: list(/^CMD (\[.+\])$/m),
    environment: Object.fromEntries(pairs.map((pair) => pair.split('=') as [string, string])),
  };
}

interface Ended {
  code: number | null;
  out: string;
}

/** What the image holds, in a folder: a Node, the packages that are neither optional nor for development, and the compiled service. */
export class Image {
  private readonly children = new Set<ChildProcess>();

  private constructor(
    private readonly folder: string,
    /** `/app` of the image. */
    readonly app: string,
  ) {}

  /** Makes the folder and takes the right to write in it away. */
  static async make(): Promise<Image> {
    const folder = await mkdtemp(join(tmpdir(), 'isthmus-image-'));
    await chmod(folder, 0o755);
    const app = join(folder, 'app');
    await mkdir(join(folder, 'bin'));
    await copyFile(process.execPath, join(folder, 'bin', 'node'));
    await chmod(join(folder, 'bin', 'node'), 0o755);
    await mkdir(app);
    await copyFile(join(ROOT, 'package.json'), join(app, 'package.json'));
    for (const path of keptPackages()) {
      // Packages inside of packages have their own entry.
      await cp(join(ROOT, path), join(app, path), {
        recursive: true,
        filter: (from) => !from.slice(ROOT.length + path.length + 1).startsWith('/node_modules'),
      });
    }
    for (const part of ['src', 'entities', 'migrations', 'ormconfig.js', 'ui']) {
      await cp(join(COMPILED, part), join(app, 'dist', part), { recursive: true, filter: (from) => !from.endsWith('.map') });
    }
    await setFolders(app, 0o555);
    return new Image(folder, app);
  }

  /** Starts a command in the image; `node` is the image's own. */
  start(
    [program, ...args]: string[],
    env: Record<string, string> = {},
  ): { child: ChildProcess; ended: Promise<Ended>; shows: (text: string) => Promise<string> } {
    const unprivileged = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
    const child = spawn(join(this.folder, 'bin', program ?? ''), args, {
      cwd: this.app,
      // Neither a home nor a place for temporary files.
      env: { ...imageParts().environment, HOME: '/nonexistent', TMPDIR: '/nonexistent', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...unprivileged,
    });
    this.children.add(child);
    let out = '';
    const heard = new EventTarget();
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        out += chunk.toString();
        heard.dispatchEvent(new Event('more'));
      });
    }
    const ended = new Promise<Ended>((done) => child.on('close', (code) => done({ code, out })));
    const shows = (text: string): Promise<string> =>
      new Promise((found, failed) => {
        const look = (): void => {
          if (out.includes(text)) found(out);
        };
        heard.addEventListener('more', look);
        void ended.then(({ code }) => failed(new Error(`It ended with ${code} before it showed "${text}": ${out}`)));
        look();
      });
    return { child, ended, shows };
  }

  async remove(): Promise<void> {
    for (const child of this.children) child.kill('SIGKILL');
    await setFolders(this.app, 0o755);
    await rm(this.folder, { recursive: true });
  }
}

/** What `npm install --omit=dev --omit=optional` keeps, by the lockfile: paths from the project's folder. */
function keptPackages(): string[] {
  interface Entry {
    dev?: boolean;
    optional?: boolean;
    devOptional?: boolean;
  }
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Record<string, Entry> };
  return Object.entries(lock.packages)
    .filter(([path, { dev, optional, devOptional }]) => path !== '' && !dev && !optional && !devOptional)
    .map(([path]) => path);
}

async function setFolders(root: string, mode: number): Promise<void> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  // What is above must be open to reach what is below.
  for (const folder of [root, ...folders]) await chmod(folder, mode);
}
