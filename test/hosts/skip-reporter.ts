import type { Reporter, TestModule } from 'vitest/node';

/** vitest reporter: says at the end of a run what was skipped and why, one line per reason. */
export default class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const byReason = new Map<string, string[]>();
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const result = test.result();
        const reason = result.state === 'skipped' ? result.note : undefined;
        // Without a note it was filtered out by the person who started the run.
        if (reason === undefined) continue;
        const name = test.parent.type === 'suite' ? test.parent.fullName : test.fullName;
        byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
      }
    }
    if (byReason.size === 0) return;
    const lines = [...byReason].map(([reason, names]) => `  ${reason}: ${[...new Set(names)].join(', ')}`);
    process.stdout.write(`\nSkipped:\n${lines.join('\n')}\n`);
  }
}
