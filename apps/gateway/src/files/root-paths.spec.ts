import { describe, expect, it } from 'vitest';
import { folderOf, nameOf, placeOf } from './root-paths.js';

const latin1 = (text: string): string => Buffer.from(text).toString('latin1');

describe('paths of the SFTP root', () => {
  it.each([
    'web-01',
    '数据库 主机',
    'a/b',
    'line\nbreak',
    'a%2Fb',
    '%',
    '.',
    '..',
    '...',
    "it's $HOME",
    'tab\tü',
  ])('every name has a folder that leads back to it: %j', (name) => {
    const folder = folderOf(name);
    expect(folder).not.toMatch(/[\p{Cc}/]/u);
    expect(['.', '..']).not.toContain(folder);
    expect(nameOf(folder)).toBe(name);
    expect(placeOf(latin1(`/${folder}/dev/x`))).toMatchObject({ asset: name, systemUser: 'dev', path: '/x' });
  });

  it.each(['%2f', '%41', '%00', '%', '%zz', 'a%2'])('no name is written as %j', (folder) => {
    expect(nameOf(folder)).toBeNull();
  });

  it.each([
    ['', { kind: 'root' }],
    ['.', { kind: 'root' }],
    ['/../../..', { kind: 'root' }],
    ['/a/..', { kind: 'root' }],
    ['a', { kind: 'asset', asset: 'a' }],
    ['/a/dev', { kind: 'inside', asset: 'a', systemUser: 'dev', path: '/' }],
    ['//a//dev/./x/../y/', { kind: 'inside', asset: 'a', systemUser: 'dev', path: '/y' }],
    ['/a/dev/../../../b', { kind: 'asset', asset: 'b' }],
  ])('%j', (path, place) => {
    expect(placeOf(path)).toEqual(place);
  });
});
