import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/*
 * Has V8 collect garbage when the heap has grown by a third, instead of letting several times of what is in use pile up, and keeps its nursery
 * small: an import makes much garbage and holds little. It costs a tenth of an import's CPU time at most.
 *
 * V8 reads both flags whenever it sizes its heap, so they need not stand on the command line. What it has decided stays, so this is to be imported
 * before the service's own modules: a collection while they are loaded and started would allow 140 or 200 MB before the next one, and the
 * nursery would have grown beyond its size.
 */
growBy({ percent: 33 });
mayNurseryGrow(false);

/**
 * How large the nursery becomes, in bytes; there are two of them. By itself it comes to twice 32 MiB. With 8 MiB an import needs some twentieth
 * more CPU time, with 1 MiB, to which it shrinks while nothing is going on, up to a quarter more.
 */
const NURSERY_BYTES = 16 * 1024 ** 2;

/** Lets the nursery come to its size and no further, now and after it shrank: for a process that runs imports. */
export function keepHeapSmall(): void {
  const watch = (): void => mayNurseryGrow(nurseryBytes() < NURSERY_BYTES * 0.75);
  watch();
  new PerformanceObserver(watch).observe({ entryTypes: ['gc'] });
}

/** Lets the heap grow as V8 would have it: for a process that runs none. */
export function letHeapGrow(): void {
  growBy({ percent: 0 });
  mayNurseryGrow(true);
}

/** With 0, by what V8 thinks right. */
function growBy({ percent }: { percent: number }): void {
  setFlagsFromString(`--heap-growing-percent=${percent}`);
}

/** It doubles when so much outlived its collections. */
function mayNurseryGrow(may: boolean): void {
  setFlagsFromString(`--semi-space-growth-factor=${may ? 2 : 1}`);
}

/** How much fits into the nursery, a little less than its size. */
function nurseryBytes(): number {
  const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  return space ? space.space_used_size + space.space_available_size : NURSERY_BYTES;
}
