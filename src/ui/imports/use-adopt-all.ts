import { useEffect, useRef, useState } from 'react';
import type { ImportView, SkipView } from '../api/generated.js';
import { asProblem } from '../api/problem.js';
import { allSkips } from './queries.js';
import { sayOf, useShowLinks } from './use-link.js';

/** How far the adopting of many is. */
export interface Adopting {
  done: number;
  total: number;
  /** What could not be adopted, and why. */
  refused: { skip: SkipView; why: string }[];
  over: boolean;
}

const BEGUN: Adopting = { done: 0, total: 0, refused: [], over: false };

/**
 * Those that can be adopted as they were found: something stands for each alone, and nobody decided yet. Where several were found to
 * be the same Halo subscription, somebody has to say whose it is.
 */
async function adoptable(importId: string, signal: AbortSignal): Promise<SkipView[]> {
  const all = await allSkips(importId, 'already_in_psa', signal);
  const found = all.filter(({ psaId, decided }) => psaId !== undefined && decided === undefined);
  const rivals = Map.groupBy(found, ({ psaId }) => psaId);
  return found.filter(({ psaId }) => rivals.get(psaId)?.length === 1);
}

/**
 * Adopts everything that an import found in HaloPSA already, one after the other: each is looked at in HaloPSA first, which costs a call.
 * Leaving the screen stops it; what was adopted stays so.
 */
export function useAdoptAll(row: ImportView) {
  const [state, setState] = useState<Adopting | null>(null);
  const [error, setError] = useState<unknown>(null);
  const running = useRef<AbortController>(null);
  const show = useShowLinks(row.id);
  useEffect(() => () => running.current?.abort(), []);

  const run = async (): Promise<void> => {
    const controller = new AbortController();
    running.current = controller;
    setError(null);
    setState(BEGUN);
    const refused: Adopting['refused'] = [];
    try {
      const skips = await adoptable(row.id, controller.signal);
      for (const [done, skip] of skips.entries()) {
        setState({ done, total: skips.length, refused: [...refused], over: false });
        try {
          await sayOf(row, skip, { licenceId: skip.psaId! });
        } catch (problem) {
          // Whoever is not signed in any more is refused all of them.
          if (asProblem(problem).status === 401) throw problem;
          refused.push({ skip, why: asProblem(problem).message });
        }
        if (controller.signal.aborted) break;
      }
      setState((last) => ({
        total: skips.length,
        refused,
        done: controller.signal.aborted ? (last?.done ?? 0) + 1 : skips.length,
        over: true,
      }));
    } catch (problem) {
      setState(null);
      if (!controller.signal.aborted) setError(problem);
    }
    show();
  };
  return { state, error, start: () => void run(), stop: () => running.current?.abort() };
}
