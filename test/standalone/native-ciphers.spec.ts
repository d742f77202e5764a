import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { nativeCiphersAvailable } from '../../apps/standalone/src/native-ciphers.js';

it("finds ssh2's ciphers built for this Node", ({ skip }) => {
  const available = nativeCiphersAvailable();
  if (!available && process.env['GATEHOUSE_TEST_STRICT'] !== '1') {
    skip("ssh2's native ciphers could not be built when Gatehouse was installed (a C++ compiler is missing)");
  }
  expect(available).toBe(true);
});

it('runs ssh2 with our patch', () => {
  const protocol = createRequire(import.meta.url).resolve('ssh2/lib/protocol/Protocol.js');
  const offered = /let serverSigAlgs =([^;]*);/.exec(readFileSync(protocol, 'utf8'))?.[1] ?? '';
  const algorithms = [...offered.matchAll(/'([^']*)'/g)]
    .map(([, part]) => part)
    .join('')
    .split(',');
  expect(algorithms).toContain('rsa-sha2-512');
  expect(algorithms).toContain('ecdsa-sha2-nistp521');
  expect(algorithms).not.toContain('ssh-rsa');
});
