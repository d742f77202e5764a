import { applyDecorators } from '@nestjs/common';
import { ValidateBy } from 'class-validator';
import { isAddress } from '#libs/inventory';
import { refusal, Text, Whole, type FieldOptions } from '../http/fields.js';

/** How a text is refused that names no host. */
export const NOT_AN_ADDRESS = {
  code: 'not_an_address',
  rule: 'Enter an IP address or a DNS name, without a port.',
} as const;

/** An IP address or a DNS name. */
export function Address(options: FieldOptions = {}): PropertyDecorator {
  const named = ValidateBy(
    { name: 'isAddress', validator: { validate: (value) => typeof value === 'string' && isAddress(value) } },
    refusal(NOT_AN_ADDRESS.code, NOT_AN_ADDRESS.rule),
  );
  return applyDecorators(Text({ example: 'web-1.example.com', ...options, min: 1, max: 253 }), named);
}

/** A TCP port. */
export function Port(options: FieldOptions = {}): PropertyDecorator {
  return Whole({ ...options, min: 1, max: 65_535 });
}
