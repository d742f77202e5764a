import { describe, expect, it } from 'vitest';
import { orderBy, searchText, sortFields } from './list-page.js';

const columns = { name: 'a.name', createdAt: 'a.created_at' };

describe('orderBy', () => {
  it.each([
    ['name', 'a.name ASC, a.id ASC'],
    ['-name', 'a.name DESC, a.id DESC'],
    ['createdAt', 'a.created_at ASC, a.id ASC'],
    [undefined, 'a.created_at DESC, a.id DESC'],
  ])('turns %s into SQL that never leaves two rows in doubt', (sort, sql) => {
    expect(orderBy(sort, columns, '-createdAt', 'a.id')).toBe(sql);
  });

  it.each(['password', '--name', 'name; drop table users', 'constructor', '__proto__', '', '-'])(
    'lets nothing but its own columns into the SQL: %j',
    (sort) => {
      expect(orderBy(sort, columns, 'name', 'a.id')).toBe('a.name ASC, a.id ASC');
    },
  );
});

describe('sortFields', () => {
  it('names the fields of the columns', () => {
    expect(sortFields(columns)).toEqual(['name', 'createdAt']);
  });
});

describe('searchText', () => {
  it.each([
    ['  Web ', '%Web%'],
    ['100%', String.raw`%100\%%`],
    [String.raw`a_b\c`, String.raw`%a\_b\\c%`],
    ['   ', null],
    ['', null],
    [undefined, null],
  ])('reads %j as %j', (q, text) => {
    expect(searchText(q)).toBe(text);
  });
});
