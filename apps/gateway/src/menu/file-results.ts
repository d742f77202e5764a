import { FILE_FAULTS } from '../web-files/file-failure.js';
import type { FileRun, RunEntry } from '../many-files/file-run.js';
import type { MenuScreen } from './menu-screen.js';
import { plain, wrapped } from './plain-text.js';

/** Names that stand over a result. */
const NAMED = 40;

/** How a run went on its assets, those alike together, the most first. */
export function runLines(run: FileRun, screen: MenuScreen): string[] {
  const groups = new Map<string, { entry: RunEntry; names: string[] }>();
  for (const entry of run.entries) {
    const { state, files, bytes, code, reason } = entry;
    const key = JSON.stringify(state === 'failed' ? [state, files, code, reason] : [state, files, bytes]);
    const group = groups.get(key) ?? { entry, names: [] };
    group.names.push(plain(entry.assetName));
    groups.set(key, group);
  }
  const sorted = [...groups.values()].sort((a, b) => b.names.length - a.names.length);
  return sorted.flatMap(({ entry, names }) => {
    const { assets } = screen.texts;
    const more = names.length > NAMED ? ` … +${names.length - NAMED}` : '';
    const named = names.slice(0, NAMED).join(', ') + more;
    const lines = [`== ${assets(names.length)} · ${endOf(entry, screen)}`];
    lines.push(...wrapped(named, Math.max(20, screen.width - 1)));
    if (entry.reason !== null) lines.push(`   ${plain(entry.reason)}`);
    return lines;
  });
}

function endOf({ state, files, bytes, code }: RunEntry, screen: MenuScreen): string {
  const { files: texts } = screen.texts;
  if (state === 'done') return `${texts.done} · ${texts.files(files, texts.bytes(bytes))}`;
  const fault = FILE_FAULTS.find((each) => code === `file_${each}`);
  return fault ? `${texts.failed}: ${texts.failures[`file_${fault}`]}` : texts.failed;
}
