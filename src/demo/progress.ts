import { Presets, SingleBar } from 'cli-progress';
import type { DemoImport } from './api.js';

const PHASES: Record<string, string> = {
  waiting: 'waiting for a worker',
  marketplace: 'looking at the marketplace',
  psa: 'looking at HaloPSA',
  plan: 'planning',
  apply: 'writing to HaloPSA',
  done: 'done',
};

/** Shows how an import gets on: a bar on a terminal, nothing elsewhere. */
export function progressBar(title: string, stream: NodeJS.WriteStream): { follow(running: DemoImport): void; stop(): void } {
  if (!stream.isTTY) return { follow: () => undefined, stop: () => undefined };
  const bar = new SingleBar(
    { stream, format: `  ${title.padEnd(8)} {bar} {phase} {count}`, clearOnComplete: true, hideCursor: true, barsize: 30 },
    Presets.shades_classic,
  );
  bar.start(1, 0, { phase: PHASES['waiting'], count: '' });
  return {
    follow({ phase, progress: { done, total } }) {
      bar.setTotal(total === null || total === 0 ? 1 : total);
      bar.update(phase === 'done' ? bar.getTotal() : done, {
        phase: PHASES[phase] ?? phase,
        count: total === null || total === 0 ? '' : `${done} of ${total}`,
      });
    },
    stop: () => bar.stop(),
  };
}
