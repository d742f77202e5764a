import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/**
 * Ciphers die with their connection, or with each exchange of keys. Whatever the engine does when it collects their
 * memory must not end the process: all its sessions would end with it. Strings that are joined by built-in functions
 * make the engine collect where it has no context at hand; that a collection took place is part of what is checked.
 */
const CIPHERS_COME_AND_GO = `
  const { createCipher, createDecipher, CIPHER_INFO, MAC_INFO } = require('ssh2/lib/protocol/crypto.js');
  let collections = 0;
  new (require('node:perf_hooks').PerformanceObserver)((seen) => (collections += seen.getEntries().length))
    .observe({ entryTypes: ['gc'] });
  const kinds = ['chacha20-poly1305@openssh.com', 'aes128-gcm@openssh.com', 'aes128-ctr'];
  function comeAndGo(kind) {
    const info = CIPHER_INFO[kind];
    const macInfo = MAC_INFO['hmac-sha2-256'];
    const cipherKey = Buffer.alloc(info.keyLen);
    const cipherIV = Buffer.alloc(info.ivLen);
    const macKey = Buffer.alloc(macInfo.len);
    const nothing = () => undefined;
    createCipher({
      outbound: { seqno: 0, cipherInfo: info, cipherKey, cipherIV, macInfo, macKey, onWrite: nothing },
    }).free();
    createDecipher({
      inbound: {
        seqno: 0, decipherInfo: info, decipherKey: cipherKey, decipherIV: cipherIV, macInfo, macKey,
        onPayload: nothing,
      },
    }).free();
  }
  const kept = [];
  let turns = 300;
  (function turn() {
    for (const kind of kinds) comeAndGo(kind);
    for (let i = 0; i < 3000; i++) kept[i % 50] = [i, turns].concat(i).map((one) => one + '-' + i).join();
    if (--turns > 0) setImmediate(turn);
    else setTimeout(() => process.exit(collections > 5 ? 0 : 3), 100);
  })();
`;

describe('native ciphers', () => {
  it('are collected without harm to the process', () => {
    const { status, signal, stderr } = spawnSync(process.execPath, ['-e', CIPHERS_COME_AND_GO], {
      encoding: 'utf8',
    });
    expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
  });
});
