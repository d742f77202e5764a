import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { ReachableAsset } from '#libs/authorization';
import { assetTable } from './asset-table.js';
import { readPaths, safeName } from './file-words.js';
import { readKey } from './keys.js';
import { LineEditor, MAX_LINE, type LineEvent } from './line-editor.js';
import { fit, wrapped } from './plain-text.js';
import { chooseLanguage, MENU_TEXTS } from './texts.js';

function type(keys: string): { echo: string; events: LineEvent[] } {
  const editor = new LineEditor();
  const events: LineEvent[] = [];
  let echo = '';
  let rest: Buffer = Buffer.from(keys);
  while (rest.length > 0) {
    const step = editor.feed(rest);
    echo += step.echo;
    if (step.event) events.push(step.event);
    rest = step.rest;
  }
  return { echo, events };
}

describe('line editor', () => {
  it('gives a line at Enter, whether CR, LF or both', () => {
    expect(type('a\rb\nc\r\nd\r').events.map((event) => event.kind === 'line' && event.text)).toEqual([
      'a',
      'b',
      'c',
      'd',
    ]);
  });

  it('takes a whole wide character back with Backspace, and its two cells from the screen', () => {
    const { echo, events } = type('数据\x7f库\r');
    expect(events).toEqual([{ kind: 'line', text: '数库' }]);
    expect(echo).toBe('数据\b \b\b \b库\r\n');
  });

  it('puts a character together that came in pieces', () => {
    const editor = new LineEditor();
    const bytes = Buffer.from('库\r');
    editor.feed(bytes.subarray(0, 1));
    editor.feed(bytes.subarray(1, 2));
    expect(editor.feed(bytes.subarray(2)).event).toEqual({ kind: 'line', text: '库' });
  });

  it('swallows escape sequences whole and never echoes a control character', () => {
    const { echo, events } = type('a\x1b[A\x1b[1;5C\x1bOPb\x07\x00\r');
    expect(events).toEqual([{ kind: 'line', text: 'ab' }]);
    expect(echo).toBe('ab\r\n');
  });

  it('gives no line that was too long, but one that was begun anew', () => {
    const long = 'x'.repeat(MAX_LINE);
    expect(type(`${long}\r`).events).toEqual([{ kind: 'line', text: long }]);
    const { echo, events } = type(`${long}yy\x7f\r${long}y\x15z\r`);
    expect(events).toEqual([{ kind: 'overlong' }, { kind: 'line', text: 'z' }]);
    expect(echo.split('\x07')).toHaveLength(3);
  });

  it('drops line and word, quits on Ctrl-D only when nothing is typed', () => {
    expect(type('abc\x15x y\x17z\r').events).toEqual([{ kind: 'line', text: 'x z' }]);
    expect(type('a\x04\r\x04').events).toEqual([{ kind: 'line', text: 'a' }, { kind: 'quit' }]);
    expect(type('abc\x03\r').events).toEqual([{ kind: 'interrupt' }, { kind: 'line', text: '' }]);
  });
});

describe('keys', () => {
  it.each([
    ['', 'list', ''],
    ['P', 'list', ''],
    ['7', 'row', '7'],
    ['web', 'find', 'web'],
    ['10.0.0.1', 'find', '10.0.0.1'],
    ['/ 10.0 ', 'search', ' 10.0'],
    ['g', 'groups', ''],
    ['G12', 'group', '12'],
    ['git', 'find', 'git'],
    ['F', 'favourites', ''],
    ['r', 'recent', ''],
    ['U', 'upload', ''],
    ['d', 'download', ''],
    ['db', 'find', 'db'],
    ['H', 'help', ''],
    ['?', 'help', ''],
    ['EXIT', 'quit', ''],
    ['n', 'find', 'n'],
    [' 订单 库 ', 'find', '订单 库'],
  ])('%j is %s', (line, help, argument) => {
    const read = readKey(line, { assets: { hasPages: false } });
    expect([read.key.help, read.argument]).toEqual([help, argument]);
  });

  it('turn pages only while there are any', () => {
    expect(readKey('N', { assets: { hasPages: true } }).key.help).toBe('next');
    expect(readKey('b', { assets: { hasPages: true } }).key.help).toBe('before');
  });
});

const asset = (more: Partial<ReachableAsset>): ReachableAsset => ({
  id: 'x' as ReachableAsset['id'],
  name: 'web-01',
  address: '10.0.0.1',
  port: 22,
  comment: '',
  systemUsers: [{ id: 'y' as ReachableAsset['systemUsers'][number]['id'], username: 'dev' }],
  environment: null,
  favourite: false,
  lastUsedAt: null,
  ...more,
});

describe('asset table', () => {
  it.each([40, 80, 200])('is never wider than %i columns, wide characters counted as two', (width) => {
    const rows = [asset({ name: '数据库主机'.repeat(6), comment: '备注 👨‍👩‍👧 '.repeat(20) }), asset({})];
    for (const line of assetTable(rows, 1, MENU_TEXTS['zh-CN'].columns, width)) {
      expect(stringWidth(line)).toBeLessThan(width);
    }
  });

  it('marks favourites', () => {
    const [, row = ''] = assetTable([asset({ favourite: true })], 5, MENU_TEXTS.en.columns, 80);
    expect(row).toMatch(/^5\* +web-01/);
  });

  it('keeps number and name when there is room for little', () => {
    const [title = '', row = ''] = assetTable([asset({})], 5, MENU_TEXTS.en.columns, 20);
    expect(title).toMatch(/^#\s+Name/);
    expect(row).toMatch(/^5\s+web-01/);
  });

  it('lets no control character of a comment reach the terminal', () => {
    const lines = assetTable([asset({ comment: 'a\x1b]0;owned\x07b\u202e' })], 1, MENU_TEXTS.en.columns, 120);
    expect(lines.join('')).not.toMatch(/\p{C}/u);
  });

  it('cuts to exactly the cells there are', () => {
    expect(stringWidth(fit('数据库', 4))).toBe(4);
    expect(fit('abc', 5)).toBe('abc  ');
  });
});

describe('wrapping', () => {
  it('breaks between words and after wide commas, by cells, and cuts only what is longer than a line', () => {
    expect(wrapped('connect to the row', 11)).toEqual(['connect to', 'the row']);
    expect(wrapped('登录上次列表，再输入', 8)).toEqual(['登录上次', '列表，', '再输入']);
    expect(wrapped('abcdefgh', 3)).toEqual(['abc', 'def', 'gh']);
  });
});

describe('files', () => {
  it.each([
    ['report.txt', 'report.txt'],
    ['../../etc/cron.d/x', 'x'],
    ['C:\\temp\\a b.txt', 'a b.txt'],
    ['/etc/', null],
    ['..', null],
    ['', null],
    ['a\nb', null],
    ['\x1b[2J', null],
    ['中'.repeat(86), null],
    ['中'.repeat(85), '中'.repeat(85)],
  ])('a sender’s name %j leads nowhere else: %j', (given, name) => {
    expect(safeName(given)).toBe(name);
  });

  it('reads paths as a shell does, and runs nothing', () => {
    expect(readPaths('/var/log/a  "b c" ~/d')).toEqual(['/var/log/a', 'b c', '~/d']);
    expect(readPaths(' ')).toEqual(['']);
    for (const line of ['"a', 'a; b', '$(a)', 'a '.repeat(51)]) expect(readPaths(line)).toBeNull();
  });
});

describe('language', () => {
  it('is the user’s own, else that of the client', () => {
    expect(chooseLanguage('en', { LANG: 'zh_CN.UTF-8' })).toBe('en');
    expect(chooseLanguage(null, { LANG: 'zh_CN.UTF-8' })).toBe('zh-CN');
    expect(chooseLanguage(null, { LC_ALL: 'C', LANG: 'zh_CN.UTF-8' })).toBe('en');
    expect(chooseLanguage(null, {})).toBe('en');
  });
});
