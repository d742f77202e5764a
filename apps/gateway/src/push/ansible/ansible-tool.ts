import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** Python takes seconds to say it on a machine that is busy with playbooks. */
const SAYS_VERSION_MS = 60_000;
/** How long what was found is taken for true. */
const KEEP_MS = 60_000;

const runFile = promisify(execFile);

/** The `ansible-playbook` of this gateway. */
export interface AnsibleTool {
  path: string;
  /** Of ansible-core, like `2.14.18`. */
  version: string;
}

let found: { tool: AnsibleTool; at: number } | null = null;
let search: Promise<AnsibleTool | null> | null = null;

/** The first `ansible-playbook` on this process's PATH that runs; null: there is none. Pushes that begin together search once. */
export async function findAnsible(): Promise<AnsibleTool | null> {
  if (found && performance.now() - found.at < KEEP_MS) return found.tool;
  search ??= searchPath().finally(() => (search = null));
  return search;
}

async function searchPath(): Promise<AnsibleTool | null> {
  found = null;
  for (const folder of searchedFolders()) {
    const path = join(folder, 'ansible-playbook');
    const version = await versionOf(path);
    if (version === null) continue;
    found = { tool: { path, version }, at: performance.now() };
    return found.tool;
  }
  return null;
}

/** Where programs are looked for. */
export function searchedFolders(): string[] {
  return (process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin')
    .split(delimiter)
    .filter((folder) => folder.startsWith('/'));
}

async function versionOf(path: string): Promise<string | null> {
  try {
    await access(path, constants.X_OK);
    const env = { PATH: searchedFolders().join(delimiter), LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', HOME: '/' };
    const { stdout } = await runFile(path, ['--version'], { env, timeout: SAYS_VERSION_MS, cwd: '/' });
    return /\[core (\d[\w.]*)\]/.exec(stdout)?.[1] ?? null;
  } catch {
    // not there, or broken: as good as none
    return null;
  }
}
