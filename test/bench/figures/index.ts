import type { Scenario } from '../scenario.js';
import { hourly } from './hourly.js';
import { creates } from './creates.js';
import { daily } from './daily.js';
import { throttle } from './throttle.js';

/** Everything that is measured, in the order of the table. */
export const scenarios: readonly Scenario[] = [hourly, daily, creates, throttle];
