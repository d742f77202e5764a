import { describe, expect, it } from 'vitest';
import { coversDestination, destinationFaults, readDestination, writeDestination } from './destinations.js';

describe('destinations of port forwarding', () => {
  it.each([
    [['db.example.org'], 'db.example.org:5432'],
    [['db.example.org:5432'], 'DB.example.org.:5432'],
    [['*.example.org'], 'a.b.example.org:1'],
    [['10.0.0.7:80'], '10.0.0.7:80'],
    [['10.0.0.0/8'], '10.255.0.1:9'],
    [['10.0.0.0/8:443'], '10.1.2.3:443'],
    [['10.0.0.0/8'], '[::ffff:10.1.2.3]:443'],
    [['fd00::/8'], '[fd12::1]:22'],
    [['[fd00::]/8:22'], '[fd12::1]:22'],
    [['::1'], '[::1]:22'],
    [['[::1]:22'], '[0:0:0:0:0:0:0:1]:22'],
    [['*'], '127.0.0.1:80'],
    [['*'], 'localhost:80'],
    [['*:80'], '[2001:db8::1]:80'],
    [['169.254.169.254'], '169.254.169.254:80'],
    [['169.254.0.0/16:80'], '169.254.169.254:80'],
    [['fe80::/10'], '[fe80::1]:80'],
  ])('%j covers %s', (entries, destination) => {
    expect(destinationFaults(entries)).toEqual([]);
    expect(coversDestination(entries, destination)).toBe(true);
  });

  it.each([
    [[], '127.0.0.1:80'],
    [['db.example.org:5432'], 'db.example.org:5433'],
    [['*.example.org'], 'example.org:80'],
    [['*.example.org'], 'evilexample.org:80'],
    [['*.example.org'], 'x.example.org.evil.net:80'],
    [['10.0.0.0/8'], '11.0.0.1:80'],
    // a name means what the asset's resolver says
    [['*'], 'intranet:80'],
    [['127.0.0.1'], 'localhost:80'],
    [['0.0.0.0/0', '::/0', '*'], '169-254-169-254.example.org:80'],
    // link and metadata, in every form
    [['*', '0.0.0.0/0', '::/0', '128.0.0.0/1'], '169.254.169.254:80'],
    [['*', '0.0.0.0/0', '::/0'], '[::ffff:169.254.169.254]:80'],
    [['*', '::/0'], '[::ffff:a9fe:a9fe]:80'],
    [['*', '::/0'], '[64:ff9b::169.254.169.254]:80'],
    [['*', '::/0'], '[2002:a9fe:a9fe::1]:80'],
    [['*', '::/0'], '[::169.254.169.254]:80'],
    [['*', '::/0'], '[fe80::1]:80'],
    [['*', '::/0', 'fe80::/10'], '[fe80::1%eth0]:80'],
    [['*', '::/0'], '[fd00:ec2::254]:80'],
    [['*', '0.0.0.0/0'], '100.100.100.200:80'],
    // what inet_aton takes for an address
    [['*', '0.0.0.0/0', '*.254'], '2852039166:80'],
    [['*', '0.0.0.0/0'], '0xa9fea9fe:80'],
    [['*', '0.0.0.0/0'], '0251.0376.0251.0376:80'],
    [['*', '0.0.0.0/0'], '169.254.43518:80'],
    [['*'], ' 10.0.0.1:80'],
    [['*'], '10.0.0.1\0:80'],
    [['*'], '/run/docker.sock:80'],
    [['*'], '10.0.0.1:0'],
    [['*'], '10.0.0.1:65536'],
    [['*'], ':80'],
  ])('%j does not cover %s', (entries, destination) => {
    expect(coversDestination(entries, destination)).toBe(false);
  });

  it.each([
    '',
    ' ',
    '**',
    '*.',
    'a b',
    'host:0',
    'host:65536',
    'host:x',
    '10.0.0.0/33',
    '10.0.0/8',
    'host/8',
    '*/8',
  ])('is told that %j is none', (entry) => {
    expect(destinationFaults(['*', entry])).toMatchObject([
      { field: 'forwardDestinations.1', code: 'not_a_destination' },
    ]);
  });

  it('reads what it wrote', () => {
    for (const place of [
      { host: '::1', port: 22 },
      { host: 'db', port: 5432 },
    ])
      expect(readDestination(writeDestination(place))).toEqual(place);
  });
});
