import { describe, expect, it } from 'vitest';
import { mergeMacs } from './facts-keeper.js';

const [A, B, TYPED] = ['02:00:00:00:00:0a', '02:00:00:00:00:0b', '52:54:00:12:34:56'];

describe('MAC addresses that an asset tells', () => {
  it('replace those that it told before, and leave those that were typed in', () => {
    expect(mergeMacs([A, TYPED], [A], [B])).toEqual({ all: [TYPED, B], told: [B] });
    expect(mergeMacs([TYPED], [], [A])).toEqual({ all: [TYPED, A], told: [A] });
  });

  it('stay in their place when they are the same', () => {
    expect(mergeMacs([A, TYPED], [A], [A])).toEqual({ all: [A, TYPED], told: [A] });
  });

  it('do not make their own what was typed in: it stays when the asset tells another later', () => {
    expect(mergeMacs([TYPED], [], [TYPED])).toEqual({ all: [TYPED], told: [] });
    expect(mergeMacs([TYPED], [], [B])).toEqual({ all: [TYPED, B], told: [B] });
  });

  it('are as they were when it tells none, and forgotten once somebody took them out', () => {
    expect(mergeMacs([A, TYPED], [A], undefined)).toEqual({ all: [A, TYPED], told: [A] });
    expect(mergeMacs([TYPED], [A], undefined)).toEqual({ all: [TYPED], told: [] });
  });
});
