import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, sourceFiles } from './checkout.js';

const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const namesIn = (text: string): string[] =>
  [...new Set(text.match(/\bGATEHOUSE_[A-Z][A-Z_]*[A-Z]\b/g))].sort();

/** What the product reads: each is a line of the one schema. */
const settings = namesIn([...read('libs/kernel/config.ts').matchAll(/^ {2}GATEHOUSE_\w+: /gm)].join(''));
const docs = sourceFiles('README.md', 'docs/*.md', 'docs/**/*.md');
/** Of the table in docs/operations.md. */
const documented = namesIn([...read('docs/operations.md').matchAll(/^\|[^|]*GATEHOUSE_[^|]*\|/gm)].join(''));
/** By which shells and services set them; `${NAME}` is asked of whoever starts it. */
const setBy = (text: string): string[] => namesIn([...text.matchAll(/GATEHOUSE_\w+(?=[:=}]|:-)/g)].join(' '));

describe('settings', () => {
  it('all stand in the table of docs/operations.md', () => {
    expect(settings.length).toBeGreaterThan(15);
    expect(documented).toEqual(settings);
  });

  it.each(['compose.yaml', 'Dockerfile', ...docs])('%s names none that the product does not read', (file) => {
    expect(namesIn(read(file)).filter((name) => !settings.includes(name))).toEqual([]);
  });

  it('are all that the code takes from the environment', () => {
    const code = sourceFiles('apps/*.ts', 'apps/*.mjs', 'libs/*.ts').filter(
      (file) => !file.includes('.spec.'),
    );
    const taken = code.flatMap((file) => [
      ...read(file).matchAll(/process\.env(?:\[['"]|\.)(GATEHOUSE_[A-Z_]+)/g),
    ]);
    expect(taken.length).toBeGreaterThan(1);
    expect(taken.flatMap(([, name = '']) => (settings.includes(name) ? [] : [name]))).toEqual([]);
  });
});

describe('compose.yaml', () => {
  const text = read('compose.yaml');
  const list = (pattern: RegExp): string[] =>
    [...text.matchAll(pattern)].flatMap(([, items = '']) =>
      items.split(',').map((item) => item.trim().replace(/^'|'$/g, '')),
    );
  const services = namesOf('services');
  const volumes = namesOf('volumes');

  /** Names one level below a key of the file. */
  function namesOf(key: string): string[] {
    const part = new RegExp(`^${key}:\\n((?: .*\\n|\\n|#.*\\n)*)`, 'm').exec(text)?.[1] ?? '';
    return [...part.matchAll(/^ {2}([a-z-]+):/gm)].map(([, name = '']) => name);
  }

  it('mounts volumes that it has, in places that the image made', () => {
    const mounted = list(/^ +volumes: \[(.*)\]$/gm).map((mount) => mount.split(':'));
    expect(mounted.length).toBeGreaterThan(4);
    expect([...new Set(mounted.map(([name]) => name))].sort()).toEqual([...volumes].sort());
    const made = read('Dockerfile').match(/\/data[/a-z]*/g);
    const own = mounted.map(([, place = '']) => place).filter((place) => place.startsWith('/data'));
    expect(own.filter((place) => !made?.includes(place))).toEqual([]);
  });

  it('runs programs that the image has, on the ports that it opens', () => {
    const programs = [...text.matchAll(/dist\/[\w/-]+\.js/g)].map(([file]) => file);
    expect(programs).toHaveLength(3);
    for (const program of [...programs, ...(read('Dockerfile').match(/dist\/apps[\w/-]+\.js/g) ?? [])])
      expect(existsSync(join(root, program.replace(/^dist\//, '').replace(/\.js$/, '.ts'))), program).toBe(
        true,
      );
    const ports = list(/^ +ports: \[(.*)\]$/gm).map((port) => port.split(':')[1]);
    expect(read('Dockerfile')).toContain(`EXPOSE ${ports.join(' ')}\n`);
    expect(ports).toEqual(['8080', '2222']);
  });

  it('lets api and gateway start anew without losing their network', () => {
    const [holder = '', ...others] = [...text.matchAll(/^ +network_mode: service:([a-z-]+)$/gm)].map(
      ([, name = '']) => name,
    );
    expect(services).toContain(holder);
    // both live in the network of a third, which runs nothing that could fall
    expect(others).toEqual([holder]);
    const part = new RegExp(`^ {2}${holder}:\\n((?: {4}.*\\n)*)`, 'm').exec(text)?.[1] ?? '';
    expect(part).toContain('ports: [');
    expect(part).not.toContain('dist/');
  });

  it('waits for services that it has, and that say when they are healthy', () => {
    const awaited = [...text.matchAll(/^ {6}([a-z-]+): \{ condition: service_healthy \}$/gm)];
    expect(awaited.length).toBeGreaterThan(1);
    for (const [, name = ''] of awaited) {
      expect(services).toContain(name);
      const own = text.slice(text.indexOf(`\n  ${name}:\n`)).split(/\n {2}[a-z]+:\n/)[1] ?? '';
      expect(own, name).toContain('healthcheck:');
    }
    expect(setBy(text)).toContain('GATEHOUSE_DATABASE_URL');
  });
});
