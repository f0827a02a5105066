import { MainJob1763712000000 } from './1-main-job.js';

/** Every step of the schema, oldest first. */
export const migrations = [MainJob1763712000000];
