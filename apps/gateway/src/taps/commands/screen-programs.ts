/** Programs that are known to take the whole screen, and to give it back. */
const PROGRAMS = new Set(
  (
    'vi vim view vimdiff nvim nano pico emacs less most man top htop atop iotop btop tmux screen mc watch git systemctl ' +
    'journalctl crontab visudo sudoedit tig dialog whiptail nmtui mutt vipw vigr'
  ).split(' '),
);
/** Of these, those that show shells, whose lines are a user's commands. */
const MULTIPLEXERS = new Set('tmux screen'.split(' '));
/** They run another command, which may follow options of theirs; some of these have a value. */
const RUNNERS = new Set('sudo doas env nohup nice time command exec builtin'.split(' '));
const WITH_VALUE = /^-[ugCpnDRTh]$/;
/** They show nothing when they succeed. */
const SILENT = new Set(
  'cd export set unset umask ulimit alias sleep true : mkdir cp mv ln touch chmod chown'.split(' '),
);
const TO_FILE = /(?:^|[^&>])>{1,2}\s*[\w./~-]+\s*$/;

/**
 * Whether a command line ends with a program that takes the screen, and nothing in it shows something else before: the
 * other screen is that program's then. `printf …; less` is none: what `printf` shows may be the change of screens.
 */
export function isScreenProgram(line: string): boolean {
  // a quoted text is a word, a comment is nothing
  const plain = line.replace(/'[^']*'|"[^"]*"/g, "''").replace(/(?:^|\s)#.*$/gm, '');
  if (/\/dev\/(?:tty|pts|fd|std)|\/proc\//.test(plain)) return false;
  const parts = plain.split(/(&&|\|\||[;&\n])/).map((part) => part.trim());
  while (parts.length > 0 && /^(?:;|\n)?$/.test(parts.at(-1) ?? '')) parts.pop();
  const last = parts.pop() ?? '';
  const taker = last.split('|').at(-1) ?? '';
  if (!PROGRAMS.has(commandOf(taker))) return false;
  // shows what it is given as it is, or leaves the screen as it is
  if (commandOf(taker) === 'less' && /\s-\w*[rX]/.test(taker)) return false;
  for (let index = 0; index < parts.length; index += 2) {
    const part = parts[index] ?? '';
    const isSilent = SILENT.has(commandOf(part)) && parts[index + 1] === '&&';
    if (!isSilent && !(TO_FILE.test(part) && /^[\w./-]+$/.test(commandOf(part)))) return false;
  }
  return true;
}

/** Whether the program that a command line ends with shows shells on the screen that it takes. */
export function showsShells(line: string): boolean {
  const last =
    line
      .replace(/;\s*$/, '')
      .split(/&&|\|\||[;&|\n]/)
      .at(-1) ?? '';
  return MULTIPLEXERS.has(commandOf(last));
}

/** Name of the command that a part of a line runs. */
function commandOf(part: string): string {
  const words = part.trim().split(/\s+/);
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (/^\w+=/.test(word)) continue;
    const name = word.slice(word.lastIndexOf('/') + 1);
    if (!RUNNERS.has(name)) return name;
    while (words[0]?.startsWith('-')) if (WITH_VALUE.test(words.shift() ?? '')) words.shift();
  }
  return '';
}
