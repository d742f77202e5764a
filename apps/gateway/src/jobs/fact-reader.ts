import { isIP } from 'node:net';
import type { Disk } from '#libs/contracts';
import { normalMac, type AssetFacts } from '#libs/inventory';

/** As the API takes them; what is longer or larger is no fact. */
const MAX_TEXT = 255;
const MAX_CPUS = 65_536;
const MAX_MIB = 2_147_483_647;
const MAX_DISKS = 256;

/** Block devices that are no disks of the machine: made of files or memory, or of other disks; removable media. */
const NO_DISK = /^(?:loop|ram|zram|dm-|md|sr|fd|nbd|mtdblock)/;
const DEVICE = /^[\w.!+@:-]{1,128}$/;

/** What makers leave in a field that they didn't fill in. */
const NOT_FILLED_IN =
  /^(?:to be filled by o\.?e\.?m\.?|default string|not (?:specified|available|applicable|present)|none|n\/a|unknown|undefined|o\.?e\.?m\.?|system (?:serial number|product name|manufacturer|name)|chassis serial number|invalid|0+|x+|\.+|-+|0?123456789)$/i;

/** Lines of {@link FACTS_SCRIPT} by their word. */
type Told = Map<string, string[]>;

/**
 * Reads what an asset answered to the facts script. The answer is hostile text: whatever isn't a fact in its form and
 * range is left out, and changes nothing.
 * @param address IP address at which the asset was reached: the MAC address is that of its interface.
 * @returns null when it is not a whole answer.
 */
export function readFacts(answer: string, address: string): AssetFacts | null {
  const told = sorted(answer);
  if (first(told, 'end') !== 'ok' || !first(told, 'kernel')) return null;
  return {
    kernel: text(first(told, 'kernel')),
    architecture: text(first(told, 'architecture')),
    cpuModel: text(first(told, 'cpu')),
    cpuCount: whole(first(told, 'cpus'), 1, MAX_CPUS),
    memoryMib: memory(first(told, 'memory')),
    disks: disks(told),
    macAddresses: macAddresses(told, address),
    brand: filledIn(first(told, 'brand')),
    model: filledIn(first(told, 'model')),
    serialNumber: filledIn(first(told, 'serial')),
    ...system(told),
  };
}

function sorted(answer: string): Told {
  const told: Told = new Map();
  for (const line of answer.split('\n')) {
    const [, word, value = ''] = /^([a-z]{1,20}):(.*)$/.exec(line) ?? [];
    if (word !== undefined) told.set(word, [...(told.get(word) ?? []).slice(0, 999), value.trim()]);
  }
  return told;
}

const first = (told: Told, word: string): string | undefined => told.get(word)?.find((value) => value !== '');

/** One line of printable text with single blanks; the reader of the connection has marked what was none. */
function text(value: string | undefined): string | undefined {
  const line = value?.replace(/\s+/g, ' ').trim();
  return line && line.length <= MAX_TEXT && !/[\p{C}\ufffd]/u.test(line) ? line : undefined;
}

function filledIn(value: string | undefined): string | undefined {
  const line = text(value);
  return line !== undefined && !NOT_FILLED_IN.test(line) ? line : undefined;
}

function whole(value: string | undefined, min: number, max: number): number | undefined {
  if (value === undefined || !/^\d{1,15}$/.test(value)) return undefined;
  const number = Number(value);
  return number >= min && number <= max ? number : undefined;
}

/** `MemTotal` of /proc/meminfo, whose kB are 1024 bytes. */
function memory(value: string | undefined): number | undefined {
  const kib = whole(/^(\d+) kB$/.exec(value ?? '')?.[1], 1, MAX_MIB * 1024);
  return kib === undefined ? undefined : whole(String(Math.round(kib / 1024)), 1, MAX_MIB);
}

/** By name; sizes in /sys/block are in 512-byte sectors, whatever the disk's own are. */
function disks(told: Told): Disk[] | undefined {
  const found = new Map<string, Disk>();
  for (const line of told.get('disk') ?? []) {
    const [, sectors, name = ''] = /^(\d+) (\S+)$/.exec(line) ?? [];
    const size = whole(sectors, 2048, Number.MAX_SAFE_INTEGER);
    if (size === undefined || !DEVICE.test(name) || NO_DISK.test(name)) continue;
    found.set(name, { name, sizeMib: Math.floor(size / 2048) });
  }
  const list = [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, MAX_DISKS);
  return list.length > 0 ? list : undefined;
}

/** Of the interface that has the address, else of the one through which the default route goes. */
function macAddresses(told: Told, address: string): string[] | undefined {
  const macs = new Map<string, string>();
  for (const line of told.get('mac') ?? []) {
    const [written = '', name = ''] = line.split(' ');
    const mac = normalMac(written);
    if (mac !== null && !/^(?:00:){5}00$|^(?:ff:){5}ff$/.test(mac)) macs.set(name, mac);
  }
  const holder = (told.get('address') ?? []).find(
    (line) => heldAddress(line)?.address === address.toLowerCase(),
  );
  const names = [holder && heldAddress(holder)?.name, first(told, 'route')];
  const mac = names.map((name) => macs.get(name ?? '')).find((found) => found !== undefined);
  return mac === undefined ? undefined : [mac];
}

/** A line of `ip -o addr`: `2: eth0    inet 10.0.0.5/24 brd …`. */
function heldAddress(line: string): { name: string; address: string } | null {
  const [, name = '', held = ''] = /^\d+: ([^\s@:]+)\S* +inet6? ([0-9a-f.:]+)/i.exec(line) ?? [];
  return isIP(held) === 0 ? null : { name, address: held.toLowerCase() };
}

/** Name and version as os-release has them (freedesktop.org, os-release(5)); without, only the kernel's name. */
function system(told: Told): Pick<AssetFacts, 'os' | 'osVersion'> {
  const release = new Map<string, string>();
  for (const line of told.get('os') ?? []) {
    const [, name, value] = /^([A-Z_]+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined) release.set(name, unquoted(value ?? ''));
  }
  const os = text(release.get('NAME'));
  if (os === undefined) return { os: text(first(told, 'system')) };
  const version = text(release.get('VERSION_ID')) ?? text(release.get('VERSION_CODENAME')) ?? '';
  // Debian tells its point release elsewhere
  const point = text(first(told, 'debian'));
  const isPoint = release.get('ID') === 'debian' && point?.startsWith(`${version}.`);
  return { os, osVersion: isPoint ? point : version };
}

function unquoted(value: string): string {
  const [, , inner] = /^(["'])(.*)\1$/.exec(value) ?? [];
  return (inner ?? value).replace(/\\(["'$\x60\\])/g, '$1');
}
