import { describe, expect, it } from 'vitest';
import { isAddress } from './address.js';

describe('isAddress', () => {
  it.each([
    '10.0.0.1',
    '::1',
    'fe80::1',
    '2001:db8::10.0.0.1',
    'web',
    'web-1.example.com',
    'db_1.lan',
    'xn--bcher-kva.example',
    '1a',
    '3com.com',
  ])('takes %s', (text) => {
    expect(isAddress(text)).toBe(true);
  });

  it.each([
    '',
    ' web',
    'web ',
    '10.0.0.300',
    '10.0.0',
    '1',
    '0x7f000001',
    'fe80::1%eth0',
    '[::1]',
    'web:22',
    'web/etc',
    '-web',
    'web-.lan',
    'web..lan',
    'web.lan.',
    'bücher.example',
    'a b',
    'web\n',
    '$(id)',
    "o'hara",
    '-oProxyCommand=id',
    `${'a'.repeat(64)}.lan`,
    `${'a.'.repeat(127)}aa`,
  ])('refuses %j', (text) => {
    expect(isAddress(text)).toBe(false);
  });
});
