import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsString,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { faultWith, type Fault, type LimitsOf } from '#libs/kernel';
import { NO_CONTROL_CHARACTERS, type TextForm } from './text-forms.js';

/**
 * Fields of requests: each decorator checks the value and describes it in the OpenAPI document. Error codes are
 * stable. Don't give such fields initial values: `PartialType` would take them over into a PATCH.
 */
export interface FieldOptions {
  /** May be left out. */
  optional?: boolean;
  /** May be null. */
  nullable?: boolean;
  description?: string;
  example?: unknown;
}

const ID_LIMIT = 10_000;

/** Control characters, line separators, direction overrides: they deceive readers of lists, logs and terminals. */
const UNPRINTABLE = '\\p{Cc}\\p{Cs}\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069\\ufeff';
const oneLine = new RegExp(`^[^${UNPRINTABLE}]*$`, 'u');
const manyLines = new RegExp(`^(?:[\\n\\r\\t]|[^${UNPRINTABLE}])*$`, 'u');
const BARE_ENDS: TextForm = {
  pattern: /^(?:\S(?:.*\S)?)?$/su,
  code: 'blank_ends',
  rule: 'Remove the blanks at the beginning or the end.',
};

/** How a check of class-validator says what is wrong, with its limits where the code has some. */
export function refusal<const Code extends string>(
  code: Code,
  message: string,
  ...limits: LimitsOf<Code>
): { message: string; context: Omit<Fault, 'message'> } {
  const { message: _, ...context } = faultWith(code, message, ...limits);
  return { message, context };
}

function field(
  options: FieldOptions,
  schema: ApiPropertyOptions,
  ...checks: PropertyDecorator[]
): PropertyDecorator {
  const { optional = false, nullable = false, description, example } = options;
  const described: ApiPropertyOptions = Object.assign({}, schema, {
    required: !optional,
    ...(nullable && { nullable }),
    ...(description !== undefined && { description }),
    ...(example !== undefined && { example }),
  });
  return applyDecorators(
    ApiProperty(described),
    ...(optional ? [ValidateIf((_, value: unknown) => value !== undefined)] : []),
    ...(nullable ? [ValidateIf((_, value: unknown) => value !== null)] : []),
    ...checks,
  );
}

/** How a text may look. */
export interface TextOptions extends FieldOptions {
  min?: number;
  max: number;
  form?: TextForm;
  /** Lines and tabs may be in it. */
  multiline?: boolean;
  /** Blanks at its ends mean something. */
  blankEnds?: boolean;
  /** Keys and passwords: kept exactly as they are, blanks at the ends too. */
  verbatim?: boolean;
}

/** A text without control characters and without blanks at its ends. */
export function Text(options: TextOptions): PropertyDecorator {
  const { min = 0, max, form, multiline, blankEnds, verbatim } = options;
  const shortage = refusal('too_short', `Use at least ${min} characters.`, { min });
  const checks = [
    IsString(refusal('not_a_text', 'This must be a text.')),
    MinLength(min, min > 1 ? shortage : refusal('required', 'Fill this in.')),
    MaxLength(max, refusal('too_long', `Use at most ${max} characters.`, { max })),
  ];
  if (!verbatim) {
    const shape = multiline ? manyLines : oneLine;
    checks.push(formed({ ...NO_CONTROL_CHARACTERS, pattern: shape }));
    if (!blankEnds) checks.push(formed(BARE_ENDS));
  }
  if (form) checks.push(formed(form));
  const schema: ApiPropertyOptions = {
    type: String,
    ...(min > 0 && { minLength: min }),
    maxLength: max,
    ...(form && { pattern: form.pattern.source }),
  };
  return field(options, schema, ...checks);
}

/** A check by pattern under a name of its own: of checks with the same name class-validator knows one code only. */
function formed({ pattern, code, rule }: TextForm): PropertyDecorator {
  const validate = (value: unknown): boolean => typeof value === 'string' && pattern.test(value);
  return ValidateBy({ name: code, validator: { validate } }, refusal(code, rule));
}

/** A name of 1 to 128 characters. */
export function Name(options: FieldOptions = {}): PropertyDecorator {
  return Text({ ...options, min: 1, max: 128 });
}

/** A comment of at most 2000 characters, lines allowed. */
export function Comment(options: FieldOptions = { optional: true }): PropertyDecorator {
  return Text({ ...options, max: 2000, multiline: true });
}

/** The id of something. */
export function IdField(options: FieldOptions = {}): PropertyDecorator {
  const schema: ApiPropertyOptions = { type: String, format: 'uuid' };
  return field(options, schema, IsUUID('all', refusal('not_an_id', 'This is no id.')));
}

/** How many a list may hold. */
export interface ListOptions extends FieldOptions {
  min?: number;
  max?: number;
}

/** Ids of things, each once. */
export function IdList(options: ListOptions = {}): PropertyDecorator {
  const { min = 0, max = ID_LIMIT } = options;
  const schema: ApiPropertyOptions = {
    type: String,
    format: 'uuid',
    isArray: true,
    minItems: min,
    maxItems: max,
  };
  const ids = IsUUID('all', { ...refusal('not_an_id', 'One of these is no id.'), each: true });
  return field(options, schema, ...listChecks(min, max), ids);
}

/** Values of a fixed set, each once. */
export function SomeOf(values: readonly string[], options: ListOptions = {}): PropertyDecorator {
  const { min = 0 } = options;
  const schema: ApiPropertyOptions = { type: String, enum: [...values], isArray: true, minItems: min };
  const known = IsIn(values, {
    ...refusal('unknown_value', `Choose of: ${values.join(', ')}.`, { values: values.join(', ') }),
    each: true,
  });
  return field(options, schema, ...listChecks(min, values.length), known);
}

/** Lines of text of at most `length` characters each; what they mean is checked further in. */
export function Lines(length: number, options: ListOptions = {}): PropertyDecorator {
  const { min = 0, max = 100 } = options;
  const schema: ApiPropertyOptions = { type: String, isArray: true, minItems: min, maxItems: max };
  const lines = [
    IsString({ ...refusal('not_a_text', 'Each of these must be a text.'), each: true }),
    MaxLength(length, {
      ...refusal('too_long', `Use at most ${length} characters in each.`, { max: length }),
      each: true,
    }),
  ];
  return field(options, schema, ...listChecks(min, max), ...lines);
}

function listChecks(min: number, max: number): PropertyDecorator[] {
  return [
    IsArray(refusal('not_a_list', 'This must be a list.')),
    ArrayMinSize(
      min,
      refusal('too_few', min === 1 ? 'Choose at least one.' : `Choose at least ${min}.`, { min }),
    ),
    ArrayMaxSize(max, refusal('too_many', `At most ${max} are allowed.`, { max })),
    ArrayUnique(refusal('repeated', 'One of these stands here twice.')),
  ];
}

/** One value of a fixed set. */
export function OneOf(values: readonly string[], options: FieldOptions = {}): PropertyDecorator {
  const known = IsIn(
    values,
    refusal('unknown_value', `Choose one of: ${values.join(', ')}.`, { values: values.join(', ') }),
  );
  return field(options, { type: String, enum: [...values] }, known);
}

/** An object whose fields are checked in their turn. */
export function Nested(type: new () => object, options: FieldOptions = {}): PropertyDecorator {
  return field(
    options,
    { type },
    IsObject(refusal('not_an_object', 'This must be an object.')),
    ValidateNested(),
    Type(() => type),
  );
}

/** Objects whose fields are checked in their turn. */
export function NestedList(type: new () => object, options: ListOptions = {}): PropertyDecorator {
  const { min = 0, max = 100 } = options;
  const schema: ApiPropertyOptions = { type, isArray: true, minItems: min, maxItems: max };
  return field(
    options,
    schema,
    ...listChecks(min, max),
    IsObject({ ...refusal('not_an_object', 'Each of these must be an object.'), each: true }),
    ValidateNested({ each: true }),
    Type(() => type),
  );
}

/** true or false. */
export function Flag(options: FieldOptions = {}): PropertyDecorator {
  return field(
    options,
    { type: Boolean },
    IsBoolean(refusal('not_true_or_false', 'This must be true or false.')),
  );
}

/** true or false in a query string. */
export function QueryFlag(options: FieldOptions = { optional: true }): PropertyDecorator {
  const words = new Map<unknown, boolean>([
    ['true', true],
    ['false', false],
  ]);
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => words.get(value) ?? value),
    Flag(options),
  );
}

/** A whole number in a range. */
export function Whole(options: FieldOptions & { min: number; max: number }): PropertyDecorator {
  const { min, max } = options;
  const range = refusal('out_of_range', `This must be a whole number from ${min} to ${max}.`, { min, max });
  const schema: ApiPropertyOptions = { type: 'integer', minimum: min, maximum: max };
  return field(options, schema, IsInt(range), Min(min, range), Max(max, range));
}

/** A whole number in a query string. */
export function QueryWhole(options: FieldOptions & { min: number; max: number }): PropertyDecorator {
  return applyDecorators(
    Type(() => Number),
    Whole(options),
  );
}

/** What JavaScript and PostgreSQL both read: RFC 3339 in years that this product sees. */
const MOMENT =
  /^(?:19|20|21)\d\d-\d\d-\d\dT[012]\d:[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?(?:Z|[+-](?:0\d|1[0-5]):[0-5]\d)$/;

/** A moment in ISO 8601 with its zone (RFC 3339); the class has it as a text. */
export function Moment(options: FieldOptions = {}): PropertyDecorator {
  const unclear = refusal('not_a_moment', 'Write the moment with its zone, like 2026-01-31T18:00:00Z.');
  return field(
    options,
    { type: String, format: 'date-time' },
    IsISO8601({ strict: true, strictSeparator: true }, unclear),
    Matches(MOMENT, unclear),
  );
}
