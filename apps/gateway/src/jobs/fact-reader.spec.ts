import { describe, expect, it } from 'vitest';
import { readFacts } from './fact-reader.js';

/** What a Debian 12 host with dmidecode fields answered. */
const DEBIAN = `system:Linux
kernel:6.1.0-18-amd64
architecture:x86_64
os:PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
os:NAME="Debian GNU/Linux"
os:VERSION_ID="12"
os:VERSION="12 (bookworm)"
os:VERSION_CODENAME=bookworm
os:ID=debian
os:HOME_URL="https://www.debian.org/"
debian:12.11
cpu:Intel(R) Xeon(R) Processor
cpus:2
memory:24684092 kB
disk:0 loop0
disk:8388608 zram0
disk:536870912 vda
disk:1000215216 nvme0n1
disk:2097152 dm-0
disk:2097152 sr0
mac:02:fc:00:00:00:01 eth0
mac:c2:22:a8:58:f8:98 ifb0
mac:00:00:00:00:00:00 lo
address:1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
address:4: eth0    inet 192.0.2.2/24 brd 192.0.2.255 scope global eth0\\       valid_lft forever preferred_lft forever
address:5: ifb0    inet6 fd00::2/64 scope global nodad \\       valid_lft forever preferred_lft forever
route:eth0
brand:Dell Inc.
model:PowerEdge R650
serial:7XK29D3
end:ok
`;

/** What a root of BusyBox 1.35 and dropbear alone answered: no os-release, no /sys. */
const BUSYBOX = `system:Linux
kernel:6.1.0-18-amd64
architecture:aarch64
cpu:
cpus:4
memory:1918236 kB
address:1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
address:4: eth0    inet 192.0.2.2/24 brd 192.0.2.255 scope global eth0\\       valid_lft forever preferred_lft forever
route:eth0
end:ok
`;

const told = (answer: string, address = '192.0.2.2'): Record<string, unknown> => {
  const facts: [string, unknown][] = Object.entries(readFacts(answer, address) ?? { unread: true });
  return Object.fromEntries(facts.filter(([, value]) => value !== undefined));
};
const withLine = (line: string): Record<string, unknown> =>
  told(`kernel:6.1\narchitecture:x86_64\n${line}\nend:ok\n`);
const BARE = { kernel: '6.1', architecture: 'x86_64' };

describe('facts', () => {
  it('of a Debian host are all there', () => {
    expect(told(DEBIAN)).toEqual({
      os: 'Debian GNU/Linux',
      osVersion: '12.11',
      kernel: '6.1.0-18-amd64',
      architecture: 'x86_64',
      cpuModel: 'Intel(R) Xeon(R) Processor',
      cpuCount: 2,
      memoryMib: 24106,
      disks: [
        { name: 'nvme0n1', sizeMib: 488386 },
        { name: 'vda', sizeMib: 262144 },
      ],
      macAddresses: ['02:fc:00:00:00:01'],
      brand: 'Dell Inc.',
      model: 'PowerEdge R650',
      serialNumber: '7XK29D3',
    });
  });

  it('of a BusyBox host are those that it knows', () => {
    expect(told(BUSYBOX)).toEqual({
      os: 'Linux',
      kernel: '6.1.0-18-amd64',
      architecture: 'aarch64',
      cpuCount: 4,
      memoryMib: 1873,
    });
  });

  it('name the interface that has the address, else the one of the default route', () => {
    expect(told(DEBIAN, 'FD00::2')).toMatchObject({ macAddresses: ['c2:22:a8:58:f8:98'] });
    expect(told(DEBIAN, '198.51.100.7')).toMatchObject({ macAddresses: ['02:fc:00:00:00:01'] });
    expect(told(DEBIAN, '127.0.0.1')).toMatchObject({ macAddresses: ['02:fc:00:00:00:01'] });
  });

  it.each([
    ['os:NAME=Alpine\nos:VERSION_ID=3.19.1\ndebian:trixie/sid', { os: 'Alpine', osVersion: '3.19.1' }],
    [`os:NAME='Arch "btw" Linux'`, { os: 'Arch "btw" Linux', osVersion: '' }],
    ['os:NAME="a\\"b\\$c"\nos:VERSION_CODENAME=sid', { os: 'a"b$c', osVersion: 'sid' }],
    ['os:NAME=Debian\nos:ID=debian\nos:VERSION_ID=12\ndebian:trixie', { os: 'Debian', osVersion: '12' }],
  ])('read os-release: %j', (lines, expected) => {
    expect(withLine(lines)).toEqual({ ...BARE, ...expected });
  });

  it.each([
    'serial:To Be Filled By O.E.M.',
    'serial:Default string',
    'serial:0000000000',
    'serial:Not Specified',
    'brand:System manufacturer',
    'model:N/A',
    'serial:123456789',
  ])('leave out what nobody filled in: %s', (line) => {
    expect(withLine(line)).toEqual(BARE);
  });

  it.each([
    `cpu:${'x'.repeat(256)}`,
    'cpu:\ufffd[2J',
    'cpu:a\u202eb',
    'cpu:   ',
    'cpus:0',
    'cpus:-1',
    'cpus:1e9',
    'cpus:65537',
    'cpus:99999999999999999999999',
    'cpus:0x10',
    'cpus:２',
    'memory:12',
    'memory:0 kB',
    'memory:99999999999999999999 kB',
    'memory:9007199254740993 kB',
    'disk:99999999999999999999 sda',
    'disk:-5 sda',
    'disk:NaN sda',
    `disk:4096 ${'d'.repeat(129)}`,
    'disk:4096 <script>',
    'disk:4096 ../../etc',
    'disk:4096',
    'mac:zz:00:00:00:00:01 eth0\nroute:eth0',
    'mac:02:fc:00:00:00:01:99 eth0\nroute:eth0',
    'mac:ff:ff:ff:ff:ff:ff eth0\nroute:eth0',
    'mac:02:fc:00:00:00:01 eth0\nroute:__proto__',
    'os:NAME=\u0007',
    '__proto__:x',
    'constructor:x',
  ])('leave out what is none: %j', (line) => {
    expect(withLine(line)).toEqual(BARE);
  });

  it('keep what can be kept beside it', () => {
    const answer = withLine('disk:4096 sdb\ndisk:99999999999999999999 sda\ndisk:8192 sdb\ncpus:4\ncpus:8');
    expect(answer).toEqual({ ...BARE, disks: [{ name: 'sdb', sizeMib: 4 }], cpuCount: 4 });
  });

  it('are no more disks than an asset may have', () => {
    const lines = Array.from({ length: 5000 }, (_, n) => `disk:4096 sd${n}`).join('\n');
    expect(withLine(lines)['disks']).toHaveLength(256);
  });

  it.each(['', 'end:ok', 'kernel:6.1', DEBIAN.slice(0, -8), 'all work and no play '.repeat(5000)])(
    'are none when the answer is not whole: %#',
    (answer) => {
      expect(readFacts(answer, '192.0.2.2')).toBeNull();
    },
  );
});
