import { ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { z } from 'zod';
import { ValidationFailed, type FieldError } from '#libs/kernel';

/** What `refusal` gave a check. */
const givenContext = z.object({
  code: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).exactOptional(),
});

/** How many wrong fields an answer names at most. */
const MAX_ERRORS = 50;

/** Checks bodies and queries against their DTO classes; unknown fields are refused. */
export class RequestValidation extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      stopAtFirstError: true,
      forbidUnknownValues: false,
      validationError: { target: false, value: true },
      exceptionFactory: (errors: ValidationError[]) =>
        new ValidationFailed(errors.flatMap((error) => describe(error)).slice(0, MAX_ERRORS)),
    });
  }

  /** @throws ValidationFailed */
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'body' && value !== undefined && !isPlainObject(value)) {
      throw ValidationFailed.field('', 'not_an_object', 'The body must be a JSON object.');
    }
    const checked: unknown = await super.transform(value, metadata);
    return checked;
  }
}

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(error: ValidationError, path: string[] = []): FieldError[] {
  const here = [...path, error.property];
  const [constraint] = Object.entries(error.constraints ?? {});
  const inner = (error.children ?? []).flatMap((child) => describe(child, here));
  if (!constraint) return inner;
  const [name, message] = constraint;
  return [fieldError(error, here.join('.'), name, message), ...inner];
}

function fieldError(error: ValidationError, field: string, name: string, message: string): FieldError {
  if (name === 'whitelistValidation') {
    return { field, code: 'unknown_field', message: `There is no field ${JSON.stringify(error.property)}.` };
  }
  if (error.value === undefined) return { field, code: 'required', message: 'This is required.' };
  const context = givenContext.safeParse(error.contexts?.[name]).data ?? { code: 'not_valid' };
  return { field, ...context, message };
}
