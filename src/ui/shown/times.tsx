import { Text, Tooltip } from '@mantine/core';
import { useEffect, useState } from 'react';

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** How long ago, or how long until, in words: "2 hours ago". */
function ago(at: number, now: number): string {
  const [unit, size] = UNITS.find(([, size]) => Math.abs(at - now) >= size) ?? UNITS[2];
  return relative.format(Math.round((at - now) / size), unit);
}

/** Date and time, in the browser's language and zone. */
export function momentText(iso: string): string {
  return moment.format(new Date(iso));
}

/** A date without a time, as vendors give them: `YYYY-MM-DD` or longer. */
export function dayText(iso: string): string {
  const at = new Date(`${iso.slice(0, 10)}T00:00:00Z`);
  return Number.isNaN(at.getTime()) ? iso : day.format(at);
}

/** A moment as "2 hours ago", with the exact one on hover and for screen readers. */
export function When({ at, none = 'never' }: { at: string | null | undefined; none?: string }) {
  const now = useNow(30_000);
  if (at == null)
    return (
      <Text span inherit c="dimmed">
        {none}
      </Text>
    );
  return (
    <Tooltip label={momentText(at)}>
      <time dateTime={at} aria-label={momentText(at)}>
        {ago(Date.parse(at), now)}
      </time>
    </Tooltip>
  );
}

/** The time now, in milliseconds; renders again every so often. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
