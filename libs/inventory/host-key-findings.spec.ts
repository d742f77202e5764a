import { describe, expect, it } from 'vitest';
import { findingOn, type ScannedKey } from './host-key-findings.js';

const key = (type: string, blob: string): ScannedKey => ({
  type,
  publicKey: `${type} ${blob}`,
  fingerprint: `SHA256:${blob}`,
});
const [ed, otherEd, rsa, otherRsa] = [
  key('ssh-ed25519', 'ed'),
  key('ssh-ed25519', 'other-ed'),
  key('ssh-rsa', 'rsa'),
  key('ssh-rsa', 'other-rsa'),
];

describe('what a scan finds', () => {
  it.each([
    ['new', [], [ed, rsa], 'nothing is pinned'],
    ['same', [ed], [ed], 'exactly the pins'],
    ['same', [ed], [ed, rsa], 'a type besides that is not pinned'],
    ['same', [ed, rsa], [ed], 'a pinned type that is no longer offered'],
    ['changed', [ed], [otherEd], 'another key'],
    ['changed', [ed], [rsa], 'another type instead'],
    ['changed', [ed, rsa], [ed, otherRsa], 'one of the pinned types has another key'],
    ['changed', [ed], [ed, otherEd], 'a second key of a pinned type'],
  ])('is %s', (finding, pins, shown, what) => {
    expect(findingOn(pins, shown), what).toBe(finding);
  });
});
