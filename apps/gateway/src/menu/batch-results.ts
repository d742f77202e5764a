import { plainOutput, type BatchOutcome } from '#libs/session-audit';
import type { MenuScreen } from './menu-screen.js';
import type { MenuTexts } from './menu-texts.js';
import { plain, wrapped } from './plain-text.js';

/** Results that came out alike. */
interface Group {
  outcome: BatchOutcome;
  /** Why it failed, in the user's language. */
  reason: string;
  names: string[];
  /** Its output has been shown under the first name. */
  isShown: boolean;
}

/** Names that stand over an output. */
const NAMED = 40;

/**
 * The results of one command in the menu: each is shown as it comes, and those that came out like one that was shown are
 * only counted. What is longer than the screen, or comes faster than it is read, waits for the end.
 */
export class BatchResults {
  private readonly groups = new Map<string, Group>();
  private done = 0;
  /** Came since it was last asked for, without being shown. */
  private counted = 0;

  constructor(private readonly screen: MenuScreen) {}

  /** One asset is done. `reason`: why it failed, in the user's language. */
  take(assetName: string, outcome: BatchOutcome, reason: string): void {
    this.done++;
    const known = this.groups.get(outcome.digest);
    if (known) known.names.push(assetName);
    const group = known ?? { outcome, reason, names: [assetName], isShown: false };
    this.groups.set(outcome.digest, group);
    if (known || !this.show(group)) this.counted++;
  }

  /** How many are done, where that is news; null: what is new was shown. */
  news(): number | null {
    const isNews = this.counted > 0;
    this.counted = 0;
    return isNews ? this.done : null;
  }

  /** What is still to be said when all are done: what was not shown, and of what was shown who else it came from; the most first. */
  rest(): string[] {
    const left = [...this.groups.values()].filter(({ isShown, names }) => !isShown || names.length > 1);
    return left.sort((a, b) => b.names.length - a.names.length).flatMap((group) => this.linesOf(group));
  }

  private show(group: Group): boolean {
    if (!this.screen.keepsUp) return false;
    const lines = this.linesOf(group);
    if (lines.length >= this.screen.height) return false;
    this.screen.say(lines.join('\n'));
    group.isShown = true;
    return true;
  }

  /** Outputs are the assets' text: no control character of theirs reaches the terminal. */
  private linesOf({ outcome, reason, names, isShown }: Group): string[] {
    const { texts, width } = this.screen;
    const size = Math.max(20, width - 1);
    const head = [`== ${texts.assets(names.length)}`, endOf(outcome, texts.batch)];
    if (isShown) head.push(texts.batch.sameAs(plain(names[0] ?? '')));
    const sorted = names.toSorted((a, b) => (a < b ? -1 : 1));
    const more = names.length > NAMED ? ` … +${names.length - NAMED}` : '';
    const named = sorted.slice(0, NAMED).map(plain).join(', ') + more;
    const lines = [...wrapped(head.join(' · '), size), ...wrapped(named, size)];
    if (isShown) return lines;
    if (reason !== '') lines.push(...wrapped(plain(reason), size));
    lines.push(...outputOf(outcome.stdout), ...outputOf(outcome.stderr).map((line) => `! ${line}`));
    if (outcome.cutBytes > 0) lines.push(texts.batch.cut(outcome.cutBytes));
    return lines;
  }
}

function endOf({ exitStatus, signal, failure }: BatchOutcome, texts: MenuTexts['batch']): string {
  if (exitStatus !== null) return texts.exit(exitStatus);
  if (signal !== null) return texts.signal(plain(signal));
  return failure === null ? texts.stopped : texts.failures[failure];
}

function outputOf(output: Buffer): string[] {
  const text = plainOutput(output).replace(/\n$/, '');
  return text === '' ? [] : text.split('\n');
}
