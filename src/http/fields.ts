import { Transform } from 'class-transformer';
import { IsOptional, IsString, Length, Matches, ValidateIf } from 'class-validator';
import { Described } from './dto.js';

/** Decorators for the fields of what is sent to us. */

type Decorate = (target: object, name: string) => void;

function together(...decorators: Decorate[]): Decorate {
  return (target, name) => decorators.forEach((decorate) => decorate(target, name));
}

/** May be left out; null is refused, unlike with `@IsOptional`. */
export function MayBeAbsent(): Decorate {
  return together(ValidateIf((_object, value) => value !== undefined));
}

/** May be left out, and null says "none". */
export function MayBeNull(): Decorate {
  return together(IsOptional(), Described({ nullable: true }));
}

/** No name, address or id has control characters in it. */
const ONE_LINE = Matches(/^\P{Cc}*$/u, { message: '$property must be one line without control characters' });

/** One line of text of at most `longest` characters, never empty; spaces around it are taken off. */
export function Line(longest: number): Decorate {
  const trimmed = Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value));
  return together(trimmed, IsString(), Length(1, longest), ONE_LINE);
}

/** A secret, kept exactly as entered and never shown. */
export function Secret(longest = 4000): Decorate {
  return together(IsString(), Length(1, longest), ONE_LINE, Described({ writeOnly: true, format: 'password' }));
}

/** The id of a record in HaloPSA. */
export function PsaId(): Decorate {
  return together(Matches(/^[1-9]\d{0,17}$/, { message: '$property must be an id as HaloPSA shows it, a whole number as text' }));
}
