import { prepared } from '../../database/prepared.js';

/**
 * The statements of the shared budget, all in the database's time. Each is one statement that commits by itself: a process that is
 * stopped or dies between two of them holds no lock that others wait for.
 *
 * $1 is always the PSA instance, $2 the time to go by (tests only; null: the database's clock).
 */

/** The window that HaloPSA counts calls in, in seconds. Source: what its own refusal says ("per rolling 5 minute window"). */
const WINDOW_SECONDS = 300;
/** A call may follow its turn by so much, in seconds; the rate is that much lower, so that the window holds all the same. */
export const LATEST_SECONDS = 5;
/** No pause is longer, in seconds: after it the window has passed whole. */
const LONGEST_PAUSE_SECONDS = 300;
/** The pause after a refusal that names no time, doubling with each further one, in seconds. */
const FIRST_PAUSE_SECONDS = 15;
const LONGEST_UNNAMED_PAUSE_SECONDS = 60;
const SMALLEST_SHARE = 1 / 16;
/** The seconds in which a rate that was slowed down to nothing would be whole again. */
const HEALING_SECONDS = 600;

/**
 * `budget`: the row as it is at `at`. Half of the calls may go at once after a rest and the rest evenly, so that no window sees more
 * than was allowed: burst + rate × (window + lateness) = calls. Tokens do not grow during a pause, because `refilled_at` is its end
 * then. A moment further ahead than any pause means that the clock was set back, and counts for nothing.
 */
export function budgetNow(which: 'any' | 'one' = 'any'): string {
  // With a null allowed, a plan that is kept would go through all of them.
  const found = which === 'any' ? '$1::uuid IS NULL OR b.psa_instance_id = $1' : 'b.psa_instance_id = $1 FOR UPDATE OF b';
  return `
  found AS MATERIALIZED (
    SELECT b.*, i.calls_per_5_minutes AS calls, greatest(1, floor(i.calls_per_5_minutes / 2.0)) AS burst
    FROM psa_budgets b JOIN psa_instances i ON i.id = b.psa_instance_id
    WHERE ${found}
  ), timed AS MATERIALIZED (
    -- After the lock was got: waiting for it takes time.
    SELECT found.*, coalesce($2::timestamptz, clock_timestamp()) AS at,
      greatest(1, calls - burst) / ${WINDOW_SECONDS + LATEST_SECONDS}.0 AS full_rate
    FROM found
  ), sane AS (
    SELECT timed.*,
      CASE WHEN refilled_at > at + interval '${LONGEST_PAUSE_SECONDS} seconds' THEN at ELSE refilled_at END AS since,
      CASE WHEN paused_until > at AND paused_until <= at + interval '${LONGEST_PAUSE_SECONDS} seconds' THEN paused_until END AS pause_end
    FROM timed
  ), healed AS (
    SELECT sane.*, greatest(0, extract(epoch FROM at - since))::float8 AS passed,
      least(1, share + greatest(0, extract(epoch FROM at - since))::float8 / ${HEALING_SECONDS}) AS share_now
    FROM sane
  ), budget AS (
    SELECT healed.*, full_rate * share_now AS rate, least(burst, tokens + passed * full_rate * share_now) AS level
    FROM healed
  )`;
}

/** Makes the row, full, if there is none. */
export const PREPARE = `
  INSERT INTO psa_budgets (psa_instance_id, tokens, refilled_at)
  SELECT id, greatest(1, floor(calls_per_5_minutes / 2.0)), coalesce($2::timestamptz, clock_timestamp()) FROM psa_instances WHERE id = $1
  ON CONFLICT DO NOTHING`;

/** For so long after a person's import or question took a turn, those of the schedule stand back, in seconds. */
const PEOPLE_SECONDS = 10;
/** How soon one that stands back asks again, in seconds; at the earliest after the time of one call. */
const STAND_BACK_SECONDS = 2;

/** What one turn in line gave. */
export interface Turn {
  /** Calls that may go after `wait_ms`; 0 during a pause, or while people go first: then another try follows. */
  granted: number;
  wait_ms: number;
  /** When they may go, in milliseconds since 1970. */
  due_ms: number;
  /** The pause that was known then: another one since makes the turn void. */
  pause: string | null;
  /** It was left to a person. */
  stands_back: boolean;
}

/**
 * Takes up to $3 calls that may go now, else the next free turn: the count goes below zero, so that whoever asks next gets a later one.
 * This line is what makes it fair among all who stand in it. $4 says for whom: a person ('person'), the schedule ('schedule'), which takes
 * no turn that a person may want, or the schedule after it stood back for long enough ('patient').
 */
export const TAKE = prepared(
  'take_psa_calls',
  `
  WITH ${budgetNow('one')}, first AS (
    SELECT budget.*, $4::text = 'schedule' AND level < burst / 2 AND people_until > at
      AND people_until <= at + interval '${2 * LONGEST_PAUSE_SECONDS} seconds' AS stands_back
    FROM budget
  ), turn AS (
    SELECT first.*,
      CASE WHEN pause_end IS NOT NULL OR stands_back THEN 0 WHEN level >= 1 THEN least($3::int, floor(level)) ELSE 1 END AS granted,
      CASE WHEN pause_end IS NOT NULL THEN extract(epoch FROM pause_end - at)::float8
           WHEN stands_back THEN greatest(${STAND_BACK_SECONDS}, 1 / rate)
           WHEN level >= 1 THEN 0 ELSE (1 - level) / rate END AS wait
    FROM first
  )
  UPDATE psa_budgets b SET tokens = level - granted, refilled_at = greatest(since, at), share = share_now,
    people_until = CASE WHEN $4 = 'person' THEN at + make_interval(secs => wait + ${PEOPLE_SECONDS}) ELSE b.people_until END
  -- Nobody waits for the disk: a server that crashes may forget the turns of its last moment, which is the length of a call or two.
  FROM turn, (SELECT set_config('synchronous_commit', 'off', true)) AS soon WHERE b.psa_instance_id = turn.psa_instance_id
  RETURNING granted::int AS granted, (wait * 1000)::float8 AS wait_ms,
    (extract(epoch FROM at)::float8 + wait) * 1000 AS due_ms, b.paused_until::text AS pause, coalesce(stands_back, false) AS stands_back`,
);

/** Whether a turn that was waited for still holds ($3: its pause), and what time it is. */
export const CONFIRM = `
  SELECT b.paused_until IS NOT DISTINCT FROM $3::timestamptz AS holds,
    extract(epoch FROM coalesce($2::timestamptz, clock_timestamp()))::float8 * 1000 AS at_ms
  FROM psa_budgets b WHERE b.psa_instance_id = $1`;

export interface Confirmed {
  holds: boolean;
  at_ms: number;
}

/**
 * Gives back $3 calls that nobody makes, unless a refusal voided them ($4: the pause known when they were taken) or they missed their
 * time ($5, in milliseconds since 1970): once the budget is full again they are part of that, and would come on top.
 */
export const GIVE_BACK = `
  UPDATE psa_budgets SET tokens = tokens + $3 WHERE psa_instance_id = $1 AND paused_until IS NOT DISTINCT FROM $4::timestamptz
    AND extract(epoch FROM coalesce($2::timestamptz, clock_timestamp())) <= $5::float8 / 1000 + ${LATEST_SECONDS}`;

/**
 * Everybody pauses for $3 seconds, or if that is null for a time that doubles while refusals go on, and all turns are void, though they
 * stay counted: some of their calls may be on their way.
 * Calls that were under way together are refused together: that is one refusal, and slows down once.
 */
export const REFUSED = `
  WITH ${budgetNow('one')}, pause AS (
    SELECT budget.*,
      CASE WHEN pause_end IS NOT NULL THEN share_now ELSE greatest(${SMALLEST_SHARE}, share_now / 2) END AS slower,
      greatest(pause_end, at + make_interval(secs => least(${LONGEST_PAUSE_SECONDS}, coalesce($3::float8,
        CASE WHEN pause_end IS NOT NULL THEN 0 ELSE least(${LONGEST_UNNAMED_PAUSE_SECONDS}, ${FIRST_PAUSE_SECONDS} / share_now) END)))) AS until
    FROM budget
  )
  UPDATE psa_budgets b SET tokens = least(level, 0), refilled_at = until, paused_until = until, share = slower
  FROM pause WHERE b.psa_instance_id = pause.psa_instance_id
  RETURNING extract(epoch FROM until - at)::float8 * 1000 AS pause_ms`;
