import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { GrantTerms } from '#libs/authorization';
import type { TransferRecord } from '#libs/session-audit';
import { ScpGate } from './scp-gate.js';
import { readTransferCommand } from './transfer-command.js';
import { TransferLog } from './transfer.js';

const sha256 = (bytes: string): string => createHash('sha256').update(bytes).digest('hex');

/** An upload whose two sides are played here, byte by byte. */
function play(command: string, ...steps: (['sends' | 'says', string] | 'ends')[]): TransferRecord[] {
  const records: TransferRecord[] = [];
  const origin = {
    terms: {} as GrantTerms,
    sessionId: null,
    sourceAddress: '',
    protocol: 'scp',
    command,
  } as const;
  const transfer = readTransferCommand(command);
  if (!transfer) throw new Error('no transfer');
  const gate = new ScpGate(new TransferLog(origin, { note: (record) => records.push(record) }), transfer);
  for (const step of steps) {
    if (step === 'ends') gate.closed(null);
    else
      for (const byte of Buffer.from(step[1], 'latin1')) {
        if (step[0] === 'sends') gate.input(Buffer.from([byte]));
        else gate.output(Buffer.from([byte]));
      }
  }
  return records;
}

describe('scp gate', () => {
  it('follows files and folders, and gives a whole file its digest', () => {
    const records = play(
      'scp -r -t /up/',
      ...(
        [
          ['says', '\0'],
          ['sends', 'D0755 0 d\n'],
          ['says', '\0'],
          ['sends', 'T1 0 1 0\n'],
          ['says', '\0'],
        ] as const
      ).map((step) => [...step] as ['sends' | 'says', string]),
      ['sends', 'C0644 3 f\n'],
      ['says', '\0'],
      ['sends', 'abc\0'],
      ['says', '\0'],
      ['sends', 'E\n'],
      ['says', '\0'],
      ['sends', 'C0644 0 empty\n'],
      ['says', '\0'],
      ['sends', '\0'],
      ['says', '\0'],
      'ends',
    );
    expect(records).toMatchObject([
      { path: '/up/d/f', size: 3, sha256: sha256('abc'), result: 'complete' },
      { path: '/up/empty', size: 0, sha256: sha256(''), result: 'complete' },
    ]);
  });

  it('takes a sender who does not wait', () => {
    const records = play('scp -t /f', ['sends', 'C0644 3 f\nabc\0'], ['says', '\0\0\0'], 'ends');
    expect(records).toMatchObject([{ path: '/f', name: 'f', sha256: sha256('abc'), result: 'complete' }]);
  });

  it('knows failure on either side, and what was cut off', () => {
    const begun = [
      ['says', '\0'],
      ['sends', 'C0644 3 f\n'],
    ] as ['sends' | 'says', string][];
    expect(play('scp -t /f', ...begun, ['says', '\x01denied\n'], 'ends')).toMatchObject([
      { result: 'failed', detail: 'denied', sha256: null },
    ]);
    expect(
      play('scp -t /f', ...begun, ['says', '\0'], ['sends', 'abc\x01read error\n'], ['says', '\0']),
    ).toMatchObject([{ result: 'failed', detail: 'read error', sha256: null }]);
    expect(
      play('scp -t /f', ...begun, ['says', '\0'], ['sends', 'abc\0'], ['says', '\x01disk full\n']),
    ).toMatchObject([{ result: 'failed', detail: 'disk full' }]);
    expect(play('scp -t /f', ...begun, ['says', '\0'], ['sends', 'ab'], 'ends')).toMatchObject([
      { result: 'cut_off', size: 2, sha256: sha256('ab'), digestGap: 'partial' },
    ]);
  });

  it.each([
    ['something else', 'GET / HTTP/1.0\n'],
    ['an endless line', `C0644 3 ${'x'.repeat(20_000)}`],
    ['a size that is none', 'C0644 99999999999999999999 f\n'],
    ['a name with a slash', 'C0644 3 ../../f\n'],
    ['bytes far ahead', `C0644 3 f\n${'x'.repeat(70_000)}`],
  ])('loses track openly over %s', (_what, sent) => {
    const records = play('scp -t /f', ['says', '\0'], ['sends', sent], 'ends');
    expect(records.at(-1)).toMatchObject({ digestGap: 'not_visible', sha256: null, result: 'cut_off' });
  });
});
