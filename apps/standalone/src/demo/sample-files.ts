/** A file's text, or a folder by the names in it. */
export type SampleNode = string | { [name: string]: SampleNode };

/** The files of the sample host: nothing of the machine it runs on. */
const tree: SampleNode = {
  etc: {
    'os-release': 'PRETTY_NAME="Gatehouse sample host"\nNAME="Sample"\nID=sample\n',
    hostname: 'sample-host\n',
    motd: 'This is a sample. Nothing here can break.\n',
  },
  home: {
    dev: {
      'README.txt': [
        'Welcome. You came here through Gatehouse:',
        '  - a rule says that you may log in to this host as "dev";',
        '  - what you see on this screen is being recorded;',
        '  - an admin sees you now under Audit > Online, and can end your session.',
        '',
        'Try: ls -l, cat /etc/motd, colors, top, exit',
        '',
      ].join('\n'),
      'todo.txt': '[x] log in\n[ ] replay this session in the console\n[ ] end it from the console\n',
      '你好.txt': '终端可以显示中文。\n',
      releases: { 'app-1.4.2.txt': 'current\n', 'app-1.4.1.txt': 'previous\n' },
    },
  },
  srv: { app: { 'app.log': '10:00:01 started\n10:00:02 listening on 8000\n10:04:17 request /health 200\n' } },
  tmp: {},
};

/** Absolute path, without `.`, `..` and doubled slashes. */
export function absolutePath(from: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${from}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** What is at an absolute path; undefined when nothing is. */
export function nodeAt(path: string): SampleNode | undefined {
  let node: SampleNode | undefined = tree;
  for (const part of path.split('/').filter((name) => name !== '')) {
    node = typeof node === 'object' && Object.hasOwn(node, part) ? node[part] : undefined;
  }
  return node;
}
