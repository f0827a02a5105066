import { registerDecorator } from 'class-validator';

/** Whether this machine's calendar knows a time zone of that name. */
export function isTimeZone(value: unknown): value is string {
  if (typeof value !== 'string' || value === '' || value.length > 64) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }) instanceof Intl.DateTimeFormat;
  } catch {
    return false;
  }
}

/** The property is a time zone such as `Europe/London`. */
export function IsTimeZone(): PropertyDecorator {
  return (target, property) => {
    registerDecorator({
      name: 'isTimeZone',
      target: target.constructor,
      propertyName: String(property),
      validator: { validate: isTimeZone, defaultMessage: () => '$property must be a time zone such as Europe/London' },
    });
  };
}
