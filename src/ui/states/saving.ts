import type { UseFormReturnType } from '@mantine/form';

/** Some of what a form holds, of each group in it too. */
export type Some<T> = { [Field in keyof T]?: T[Field] extends Group ? Some<T[Field]> : T[Field] };

type Group = Record<string, unknown>;

const isGroup = (value: unknown): value is Group => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Of what is to be stored, what differs from before: what another person stored since the form was filled is not put back. */
export function changed<T extends object>(before: T, now: T): Some<T> {
  const was = before as Group;
  const fields = Object.entries(now as Group).flatMap(([field, value]): [string, unknown][] => {
    const old = was[field];
    if (!isGroup(value) || !isGroup(old)) return value === old ? [] : [[field, value]];
    const inside = changed(old, value);
    return Object.keys(inside).length === 0 ? [] : [[field, inside]];
  });
  return Object.fromEntries(fields) as Some<T>;
}

/** Fills a form with what is stored now, but for what was entered since it was sent: that stays, and is still to be saved. */
export function takeSaved<T extends object>(form: UseFormReturnType<T>, sent: T, saved: T): void {
  const values = merged(sent, form.getValues(), saved);
  form.setInitialValues(saved);
  form.reset();
  form.setValues(values);
}

function merged<T extends object>(sent: T, now: T, saved: T): T {
  const fields = Object.keys(saved).map((field): [string, unknown] => {
    const [was, is, stored] = [sent, now, saved].map((values) => (values as Group)[field]);
    if (isGroup(was) && isGroup(is) && isGroup(stored)) return [field, merged(was, is, stored)];
    return [field, is === was ? stored : is];
  });
  return Object.fromEntries(fields) as T;
}
