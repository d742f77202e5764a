import { describe, expect, it } from 'vitest';
import { readConfig } from '#libs/kernel';
import { subPathOf, withoutSubPath } from './sub-path.js';

describe('the sub-path of the public address', () => {
  it('is what stands after the host, without slashes at the end', () => {
    expect(subPathOf(null)).toBe('');
    expect(subPathOf('https://ops.example.com')).toBe('');
    expect(subPathOf('https://ops.example.com:8443/tools/gatehouse')).toBe('/tools/gatehouse');
  });

  it('is taken off where a proxy left it, and nowhere else', () => {
    expect(withoutSubPath('/gatehouse/api/v1/me?q=%2F', '/gatehouse')).toBe('/api/v1/me?q=%2F');
    expect(withoutSubPath('/api/v1/me', '/gatehouse')).toBe('/api/v1/me');
    expect(withoutSubPath('/gatehousekeeper/x', '/gatehouse')).toBe('/gatehousekeeper/x');
    expect(withoutSubPath('/users', '')).toBe('/users');
  });

  it('can hold nothing that would have to be escaped in a page or a cookie', () => {
    const read = (url: string) => readConfig({ GATEHOUSE_PUBLIC_URL: url }).publicUrl;
    expect(read('https://ops.example.com/gatehouse/')).toBe('https://ops.example.com/gatehouse');
    for (const bad of ['/a"b', '/a;b', '/a b', '?x=1', '/#x', '/a/%2e', '/a&b', "/a'b"]) {
      expect(() => read(`https://ops.example.com${bad}`)).toThrow('GATEHOUSE_PUBLIC_URL');
    }
    expect(() => read('https://me:secret@ops.example.com')).toThrow('GATEHOUSE_PUBLIC_URL');
  });
});
