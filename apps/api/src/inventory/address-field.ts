import { applyDecorators } from '@nestjs/common';
import { ValidateBy } from 'class-validator';
import { isAddress } from '#libs/inventory';
import { Text, Whole, type FieldOptions } from '../http/fields.js';

/** An IP address or a DNS name. */
export function Address(options: FieldOptions = {}): PropertyDecorator {
  const named = ValidateBy(
    { name: 'isAddress', validator: { validate: (value) => typeof value === 'string' && isAddress(value) } },
    {
      message: 'Enter an IP address or a DNS name, without a port.',
      context: { code: 'not_an_address' },
    },
  );
  return applyDecorators(Text({ example: 'web-1.example.com', ...options, min: 1, max: 253 }), named);
}

/** A TCP port. */
export function Port(options: FieldOptions = {}): PropertyDecorator {
  return Whole({ ...options, min: 1, max: 65_535 });
}
