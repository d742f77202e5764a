import { expect, it } from 'vitest';
import { newId, type UserId } from '#libs/kernel';
import { PersonPlaces } from './person-places.js';

it('gives each person so many places, and one that is left once, however often, to somebody else of theirs', () => {
  const places = new PersonPlaces(2);
  const [alice, bob] = [newId<UserId>(), newId<UserId>()];
  const first = places.take(alice);
  expect(places.take(alice)).not.toBeNull();
  expect(places.take(alice)).toBeNull();
  expect(places.take(bob)).not.toBeNull();
  first?.();
  first?.();
  expect(places.countOf(alice)).toBe(1);
  expect(places.take(alice)).not.toBeNull();
  expect(places.take(alice)).toBeNull();
});
