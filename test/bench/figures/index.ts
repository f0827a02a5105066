import type { Scenario } from '../scenario.js';
import { hourly } from './hourly.js';
import { creates } from './creates.js';
import { daily } from './daily.js';
import { throttle } from './throttle.js';
import { wall } from './wall.js';
import { memory } from './memory.js';
import { workers } from './workers.js';
import { lists } from './lists.js';
import { ready } from './ready.js';
import { page } from './page.js';

/** Everything that is measured, in the order of the table. */
export const scenarios: readonly Scenario[] = [hourly, daily, creates, throttle, wall, memory, workers, lists, ready, page];
