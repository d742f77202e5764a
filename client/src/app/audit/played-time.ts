/** Turns times of a recording into those of a player that cuts long pauses, and back. */
export class PlayedTime {
  /** Recorded and played seconds of each event. */
  private readonly moments: readonly (readonly [recorded: number, played: number])[];

  /** @param text of the asciicast @param longest pause in seconds that is played as it was */
  constructor(text: string, longest: number) {
    let recorded = 0;
    let played = 0;
    const moments: [number, number][] = [[0, 0]];
    for (const line of text.split('\n').slice(1)) {
      const at = Number(/^\[\s*([\d.]+)/.exec(line)?.[1]);
      if (!Number.isFinite(at)) continue;
      played += Math.min(longest, Math.max(0, at - recorded));
      recorded = at;
      moments.push([recorded, played]);
    }
    this.moments = moments;
  }

  /** Seconds on the player's clock at a moment of the recording. */
  playedAt(recorded: number): number {
    const before = this.moments.findLast(([at]) => at <= recorded) ?? [0, 0];
    return before[1] + Math.min(recorded - before[0], this.gapAfter(before[0], 1));
  }

  /** The moment of the recording that the player's clock shows. */
  recordedAt(played: number): number {
    const before = this.moments.findLast(([, at]) => at <= played) ?? [0, 0];
    return before[0] + (played - before[1]);
  }

  /** Played seconds until the next event. */
  private gapAfter(recorded: number, side: 0 | 1): number {
    const next = this.moments.findIndex(([at]) => at > recorded);
    if (next <= 0) return 0;
    return (this.moments[next]?.[side] ?? 0) - (this.moments[next - 1]?.[side] ?? 0);
  }
}
