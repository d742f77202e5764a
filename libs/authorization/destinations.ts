import { BlockList, isIP } from 'node:net';
import type { FieldError } from '#libs/kernel';

/**
 * What port forwarding may reach from an asset. A rule lists, each with an optional `:port`:
 *
 * - `10.0.0.7`, `[::1]`: this address
 * - `10.0.0.0/8`, `[fd00::]/8`: addresses of this network
 * - `db.example.org`, `*.example.org`: this name, names below it
 * - `*`: every address, and `localhost`
 *
 * Names are looked up by the asset, so what a name means is known only there. Therefore no address or network covers a
 * name and no name an address: whoever lists a name trusts those who answer for it. Addresses that belong to a link or
 * to a cloud's metadata service are covered only by an entry that lies among them itself.
 */
interface Entry {
  port: number | null;
  covers(host: string): boolean;
}

/** One place: an address or a name, and a port. */
export interface Destination {
  host: string;
  port: number;
}

/** Link-local networks and addresses of metadata services, also as IPv6 carries IPv4. */
const APART: readonly [address: string, prefix: number][] = [
  ['169.254.0.0', 16],
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['192.0.0.192', 32],
  ['fe80::', 10],
  ['fd00:ec2::254', 128],
  ['fd20:ce::254', 128],
];

const apart = new BlockList();
for (const [address, prefix] of APART) apart.addSubnet(address, prefix, familyOf(address));

const HOST_LABEL = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/;
/** What `inet_aton` reads as an address in a form that is not the usual one. */
const NUMERIC_LABEL = /^(?:\d+|0x[\da-f]*)$/;
const MAX_NAME = 253;
const ENTRY = /^(\[[^\]]+\]|[^:/[\]]+)(?:\/(\d{1,3}))?(?::(\d{1,5}))?$/;
const BARE_IPV6 = /^([\da-f:.]*:[\da-f:.]*:[\da-f:.]*)(?:\/(\d{1,3}))?$/i;

/** `host:port` as rules, records and grants write it. */
export function writeDestination({ host, port }: Destination): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** What {@link writeDestination} wrote; null for anything that names no single place. */
export function readDestination(text: string): Destination | null {
  const at = text.lastIndexOf(':');
  const port = Number(text.slice(at + 1));
  const host = text.slice(0, at).replace(/^\[(.*)\]$/, '$1');
  const isPort = /^\d{1,5}$/.test(text.slice(at + 1)) && port > 0 && port <= 0xffff;
  return at > 0 && isPort && (isIP(host) > 0 || isName(host)) ? { host, port } : null;
}

/** Whether one of a rule's entries covers the place. */
export function coversDestination(entries: readonly string[], destination: string): boolean {
  const place = readDestination(destination);
  if (!place) return false;
  return entries.some((text) => {
    const entry = readEntry(text);
    return entry !== null && (entry.port === null || entry.port === place.port) && entry.covers(place.host);
  });
}

/** What is wrong with entries that came in. */
export function destinationFaults(entries: readonly string[]): FieldError[] {
  return entries.flatMap((text, index) =>
    readEntry(text)
      ? []
      : {
          field: `forwardDestinations.${index}`,
          code: 'not_a_destination',
          message: `${JSON.stringify(text)}: write host, host:port, *.domain, a network like 10.0.0.0/8, or *.`,
        },
  );
}

function readEntry(text: string): Entry | null {
  const [, bracketed, prefix, portText] = BARE_IPV6.exec(text) ?? ENTRY.exec(text) ?? [];
  if (bracketed === undefined) return null;
  const port = portText === undefined ? null : Number(portText);
  if (port !== null && (port < 1 || port > 0xffff)) return null;
  const host = bracketed.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  const covers = readHost(host, prefix === undefined ? null : Number(prefix));
  return covers && { port, covers };
}

function readHost(host: string, prefix: number | null): Entry['covers'] | null {
  if (isIP(host) > 0) return readNetwork(host, prefix ?? (isIP(host) === 4 ? 32 : 128));
  if (prefix !== null) return null;
  if (host === '*')
    return (asked) => asked.toLowerCase() === 'localhost' || (isIP(asked) > 0 && !isApart(asked));
  if (host.startsWith('*.') && isName(host.slice(2)))
    return (asked) => isName(asked) && withoutDot(asked).endsWith(withoutDot(host).slice(1));
  return isName(host) ? (asked) => isName(asked) && withoutDot(asked) === withoutDot(host) : null;
}

function readNetwork(address: string, prefix: number): Entry['covers'] | null {
  // a zone names an interface of one machine
  if (address.includes('%') || prefix > (isIP(address) === 4 ? 32 : 128)) return null;
  const network = new BlockList();
  network.addSubnet(address, prefix, familyOf(address));
  const isAmongThem = isApart(address);
  return (asked) =>
    isIP(asked) > 0 && !asked.includes('%') && contains(network, asked) && (isAmongThem || !isApart(asked));
}

function isApart(address: string): boolean {
  const bare = address.replace(/%.*$/, '');
  const inside = embeddedIpv4(bare);
  return contains(apart, bare) || (inside !== null && contains(apart, inside));
}

/** Node's list takes `::ffff:a.b.c.d` for the IPv4 address in it. */
function contains(list: BlockList, address: string): boolean {
  return list.check(address, familyOf(address));
}

/** The IPv4 address that NAT64 (RFC 6052), 6to4 (RFC 3056) or the old compatible form carries. */
function embeddedIpv4(address: string): string | null {
  if (isIP(address) !== 6) return null;
  // the URL parser writes it in its one canonical form, without zone or dotted part
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = '', tail = ''] = canonical.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const gap = canonical.includes('::') ? 8 - left.length - right.length : 0;
  const groups = [...left, ...Array<string>(gap).fill('0'), ...right].map((group) => parseInt(group, 16));
  const dotted = (high = 0, low = 0): string => [high >> 8, high & 255, low >> 8, low & 255].join('.');
  if (groups[0] === 0x2002) return dotted(groups[1], groups[2]);
  const isNat64 = groups[0] === 0x64 && groups[1] === 0xff9b;
  const isCompatible = groups.slice(0, 6).every((group) => group === 0);
  return isNat64 || isCompatible ? dotted(groups[6], groups[7]) : null;
}

/** A name to look up: its last label is no number, else the resolver would take it for an address. */
function isName(text: string): boolean {
  const labels = withoutDot(text).split('.');
  const last = labels.at(-1) ?? '';
  return (
    text.length <= MAX_NAME && labels.every((label) => HOST_LABEL.test(label)) && !NUMERIC_LABEL.test(last)
  );
}

const withoutDot = (name: string): string => name.toLowerCase().replace(/\.$/, '');

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}
