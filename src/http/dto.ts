import 'reflect-metadata';
import { Transform, Type } from 'class-transformer';
import { IsBoolean, IsDate, IsInt, IsObject, isRFC3339, IsUUID, Max, Min, ValidateIf, ValidateNested } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';

/** Decorators for the fields of DTO classes, where class-validator's own are too lenient or OpenAPI needs a word more. */

/** Tells the OpenAPI document that a field is always there, though it may be null. */
export const PRESENT = 'x-present';

type Decorate = (target: object, name: string) => void;

function together(...decorators: Decorate[]): Decorate {
  return (target, name) => decorators.forEach((decorate) => decorate(target, name));
}

const DESCRIBED = Symbol('described');

/** Adds to a field's OpenAPI schema: `description`, `example`, `format`. Unlike `@JSONSchema`, several of them add up. */
export function Described(schema: Record<string, unknown>): Decorate {
  return (target, name) => {
    const before = Reflect.getMetadata(DESCRIBED, target.constructor, name) as Record<string, unknown> | undefined;
    const all = { ...before, ...schema };
    Reflect.defineMetadata(DESCRIBED, all, target.constructor, name);
    JSONSchema(all)(target, name);
  };
}

/** In an answer: always there, and null says "none". */
export function Nullable(): Decorate {
  return together(
    ValidateIf((_object, value) => value !== null),
    Described({ nullable: true, [PRESENT]: true }),
  );
}

/** An object of another DTO class. `@ValidateNested` alone would also take an array of them. */
export function Nested(type: () => new () => object): Decorate {
  return together(IsObject(), ValidateNested(), Type(type));
}

/** A list of objects of another DTO class; add `@IsArray()` and a size. */
export function NestedList(type: () => new () => object): Decorate {
  return together(IsObject({ each: true }), ValidateNested({ each: true }), Type(type));
}

/** An id of our own; capitals are taken. */
export function UuidField(): Decorate {
  return together(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.toLowerCase() : value)),
    IsUUID(),
  );
}

/** A whole number in a query string. */
export function IntegerParameter(range: { min: number; max: number }): Decorate {
  return together(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value)),
    IsInt(),
    Min(range.min),
    Max(range.max),
  );
}

/** `true` or `false` in a query string. */
export function BooleanParameter(): Decorate {
  return together(
    Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value)),
    IsBoolean(),
  );
}

/** A moment in a query string, RFC 3339 with its offset. */
export function MomentParameter(): Decorate {
  return together(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' && isRFC3339(value) ? new Date(value) : value)),
    IsDate(),
  );
}
