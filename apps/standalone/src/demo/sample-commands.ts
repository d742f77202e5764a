import { absolutePath, nodeAt, type SampleNode } from './sample-files.js';

/** Where a command runs. */
export interface SampleEnvironment {
  user: string;
  folder: string;
  /** Whether colours may be used. */
  terminal: boolean;
}

/** What a command gives. */
export interface SampleResult {
  out?: string;
  error?: string;
  status?: number;
  /** `cd` moved. */
  folder?: string;
  /** The shell does something that isn't text. */
  effect?: 'exit' | 'clear' | 'top';
}

type SampleCommand = (args: string[], environment: SampleEnvironment) => SampleResult;

const failed = (error: string, status = 1): SampleResult => ({ error: `${error}\n`, status });

const fixedDate = (): string => new Date().toUTCString().replace('GMT', 'UTC');

const commands: Record<string, SampleCommand> = {
  help: () => ({ out: `This is a sample shell. It knows: ${Object.keys(commands).sort().join(' ')}\n` }),
  ls: list,
  cd: ([path = '~'], { folder, user }) => {
    const target = absolutePath(folder, path.replace(/^~/, `/home/${user}`));
    const node = nodeAt(target);
    if (node === undefined) return failed(`cd: ${path}: No such file or directory`);
    return typeof node === 'string' ? failed(`cd: ${path}: Not a directory`) : { folder: target };
  },
  pwd: (_args, { folder }) => ({ out: `${folder}\n` }),
  cat: (paths, { folder }) => {
    let out = '';
    for (const path of paths) {
      const node = nodeAt(absolutePath(folder, path));
      if (node === undefined) return failed(`cat: ${path}: No such file or directory`);
      if (typeof node !== 'string') return failed(`cat: ${path}: Is a directory`);
      out += node;
    }
    return { out };
  },
  echo: (words) => ({ out: `${words.join(' ')}\n` }),
  whoami: (_args, { user }) => ({ out: `${user}\n` }),
  id: (_args, { user }) => ({ out: `uid=1000(${user}) gid=1000(${user}) groups=1000(${user})\n` }),
  hostname: () => ({ out: 'sample-host\n' }),
  uname: (args) => ({
    out: args.includes('-a') ? 'Sample sample-host 1.0 (not a real system)\n' : 'Sample\n',
  }),
  date: () => ({ out: `${fixedDate()}\n` }),
  uptime: () => ({ out: ` up ${String(Math.floor(process.uptime()))} s, load average: 0.04, 0.03, 0.01\n` }),
  colors: (_args, { terminal }) => ({ out: terminal ? colourTable() : 'no colours without a terminal\n' }),
  clear: () => ({ effect: 'clear' }),
  top: (_args, { terminal }) => (terminal ? { effect: 'top' } : failed('top: needs a terminal')),
  true: () => ({}),
  false: () => ({ status: 1 }),
  exit: ([status = '0']) => ({ effect: 'exit', status: Number(status) & 0xff }),
};

/** Names for completion. */
export const commandNames = Object.keys(commands);

/** Runs one line: words with quotes, and `;` or `&&` between commands. No pipes, no variables, no files written. */
export function runLine(line: string, environment: SampleEnvironment): SampleResult {
  const total: Required<Pick<SampleResult, 'out' | 'error' | 'status'>> & SampleResult = {
    out: '',
    error: '',
    status: 0,
  };
  for (const [, words = '', separator] of line.matchAll(/((?:"[^"]*"|'[^']*'|[^;&"'])*)(;|&&|$)/g)) {
    if (words.trim() === '') continue;
    const result = runCommand(words, { ...environment, folder: total.folder ?? environment.folder });
    total.out += result.out ?? '';
    total.error += result.error ?? '';
    total.status = result.status ?? 0;
    if (result.folder !== undefined) total.folder = result.folder;
    if (result.effect !== undefined) return { ...total, effect: result.effect };
    if (separator === '&&' && total.status !== 0) break;
  }
  return total;
}

function runCommand(text: string, environment: SampleEnvironment): SampleResult {
  const words = [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    (word) => word[1] ?? word[2] ?? word[3] ?? '',
  );
  const [name = '', ...args] = words;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  return command?.(args, environment) ?? failed(`${name}: not in this sample; try help`, 127);
}

function list(args: string[], { folder, terminal }: SampleEnvironment): SampleResult {
  const long = args.some((arg) => /^-[a-z]*l/.test(arg));
  const path = args.find((arg) => !arg.startsWith('-')) ?? '.';
  const node = nodeAt(absolutePath(folder, path));
  if (node === undefined) return failed(`ls: ${path}: No such file or directory`, 2);
  const entries = typeof node === 'string' ? [[path, node] as const] : Object.entries(node);
  const shown = entries.map(([name, entry]) => {
    const label = terminal && typeof entry !== 'string' ? `\u001b[1;34m${name}\u001b[0m` : name;
    return long ? `${longEntry(entry)} ${label}\n` : label;
  });
  if (shown.length === 0) return {};
  return { out: long ? shown.join('') : `${shown.join(terminal ? '  ' : '\n')}\n` };
}

function longEntry(entry: SampleNode): string {
  const isFile = typeof entry === 'string';
  const size = isFile ? Buffer.byteLength(entry) : 4096;
  return `${isFile ? '-rw-r--r--' : 'drwxr-xr-x'} 1 dev dev ${String(size).padStart(6)}`;
}

function colourTable(): string {
  const row = (first: number): string =>
    Array.from(
      { length: 8 },
      (_, index) => `\u001b[${String(first + index)}m ${String(first + index)} \u001b[0m`,
    ).join(' ');
  return `${[30, 90, 40, 100].map(row).join('\n')}\n`;
}
