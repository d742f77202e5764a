import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, ValidateBy, ValidateNested } from 'class-validator';
import type { Disk } from '#libs/contracts';
import { isAddress, normalMac } from '#libs/inventory';
import { Lines, refusal, Text, Whole, type FieldOptions } from '../http/fields.js';
import { NOT_AN_ADDRESS } from './address-field.js';

const MAX_DISKS = 256;
const MAX_LABELS = 64;
const MAX_LABEL_KEY = 63;
const MAX_LABEL_VALUE = 255;
const LABEL_KEY = /^[\p{L}\p{N}](?:[\p{L}\p{N}._/-]*[\p{L}\p{N}])?$/u;
const LABEL_VALUE = /^(?:\P{C}*\S)?$/u;

/** A list in which each text passes the check, with a code and a sentence for when one doesn't. */
function TextsThat(
  passes: (text: string) => boolean,
  { code, message, description }: { code: string; message: string; description: string },
): PropertyDecorator {
  const validate = (value: unknown): boolean =>
    Array.isArray(value) && value.every((text) => typeof text === 'string' && passes(text));
  const checked = ValidateBy({ name: code, validator: { validate } }, refusal(code, message));
  return applyDecorators(Lines(253, { max: 64, description }), checked);
}

/** Further addresses of an asset. */
export function Addresses(): PropertyDecorator {
  const message = 'Each of these must be an IP address or a DNS name, without a port.';
  const description = 'Further IP addresses and DNS names';
  return TextsThat(isAddress, { code: NOT_AN_ADDRESS.code, message, description });
}

/** MAC addresses, whatever separates their digits. */
export function MacAddresses(): PropertyDecorator {
  const normal = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map((text: unknown) => (typeof text === 'string' ? (normalMac(text) ?? text) : text))
      : value;
  const message = 'Each of these must be a MAC address like 52:54:00:12:34:56.';
  const description = 'MAC addresses; stored in lower case with colons';
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => normal(value)),
    TextsThat((text) => normalMac(text) === text, { code: 'not_a_mac_address', message, description }),
  );
}

/** An IP address or a DNS name, or nothing. */
export function AddressOrNothing(options: FieldOptions): PropertyDecorator {
  const validate = (value: unknown): boolean =>
    value === '' || (typeof value === 'string' && isAddress(value));
  const message = 'Enter an IP address or a DNS name, without a port, or leave it empty.';
  return applyDecorators(
    Text({ ...options, max: 253 }),
    ValidateBy({ name: 'isAddress', validator: { validate } }, refusal(NOT_AN_ADDRESS.code, message)),
  );
}

/** A disk of an asset. */
export class DiskField implements Disk {
  @Text({ min: 1, max: 128, example: 'sda' })
  name!: string;

  @Whole({ min: 0, max: Number.MAX_SAFE_INTEGER, description: 'MiB' })
  sizeMib!: number;
}

/** Disks with their sizes. */
export function Disks(): PropertyDecorator {
  const noList = refusal('not_a_list', 'This must be a list of disks.');
  const noDisk = refusal('not_an_object', 'Each of these must be a disk.');
  const tooMany = refusal('too_many', `At most ${MAX_DISKS} are allowed.`, { max: MAX_DISKS });
  return applyDecorators(
    ApiProperty({ type: DiskField, isArray: true, maxItems: MAX_DISKS }),
    IsArray(noList),
    ArrayMaxSize(MAX_DISKS, tooMany),
    ValidateNested({ each: true, ...noDisk }),
    Type(() => DiskField),
  );
}

/** Labels: key → value. */
export function Labels(): PropertyDecorator {
  const message = `Each label is key=value: a key of letters, digits and . _ / - (at most ${MAX_LABEL_KEY}), a value of at most ${MAX_LABEL_VALUE} characters; at most ${MAX_LABELS} labels.`;
  return applyDecorators(
    ApiProperty({
      type: 'object',
      additionalProperties: { type: 'string', maxLength: MAX_LABEL_VALUE },
      maxProperties: MAX_LABELS,
      example: { team: 'payments' },
    }),
    ValidateBy({ name: 'areLabels', validator: { validate: areLabels } }, refusal('not_labels', message)),
  );
}

function areLabels(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const labels: [string, unknown][] = Object.entries(value);
  return labels.length <= MAX_LABELS && labels.every(([key, text]) => isLabel(key, text));
}

function isLabel(key: string, value: unknown): boolean {
  const isKey = key.length <= MAX_LABEL_KEY && LABEL_KEY.test(key);
  return isKey && typeof value === 'string' && value.length <= MAX_LABEL_VALUE && LABEL_VALUE.test(value);
}

/** `label=key=value` or `label=key` in a query string or a filter, once or many times. */
export function LabelTerms(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? [value] : value)),
    Lines(MAX_LABEL_KEY + 1 + MAX_LABEL_VALUE, {
      optional: true,
      max: 10,
      description: 'With this label: `key=value`, or `key` whatever its value. Several: with all of them',
    }),
  );
}
