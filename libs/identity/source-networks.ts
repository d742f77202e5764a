import { BlockList, isIP } from 'node:net';
import { ValidationFailed } from '#libs/kernel';

type Family = 'ipv4' | 'ipv6';

interface Network {
  address: string;
  prefix: number;
  family: Family;
}

const BITS: Readonly<Record<Family, number>> = { ipv4: 32, ipv6: 128 };

/**
 * The networks in CIDR notation (RFC 4632, RFC 4291 section 2.3); an address alone is a network of one.
 * @throws ValidationFailed at `networks.N` for each that is none
 */
export function checkNetworks(texts: readonly string[]): string[] {
  const read = texts.map(readNetwork);
  const errors = read.flatMap((network, index) => {
    if (network) return [];
    const message = 'Write a network like 10.20.0.0/16 or 2001:db8::/32, or one address.';
    return [{ field: `networks.${index}`, code: 'not_a_network', message }];
  });
  if (errors.length > 0) throw new ValidationFailed(errors);
  return read.flatMap((network) => (network ? [`${network.address}/${network.prefix}`] : []));
}

/** Whether the address stands in one of the networks; in none of none. An IPv6 zone is left out. */
export function isWithin(address: string, networks: readonly string[]): boolean {
  const [bare = ''] = address.split('%');
  const family = familyOf(bare);
  if (!family) return false;
  const list = new BlockList();
  for (const network of networks.flatMap((text) => readNetwork(text) ?? [])) {
    list.addSubnet(network.address, network.prefix, network.family);
  }
  return list.check(bare, family);
}

function readNetwork(text: string): Network | null {
  const [address = '', digits, ...rest] = text.split('/');
  const family = familyOf(address);
  if (!family || address.includes('%') || rest.length > 0) return null;
  if (digits !== undefined && !/^(?:0|[1-9]\d{0,2})$/.test(digits)) return null;
  const prefix = digits === undefined ? BITS[family] : Number(digits);
  return prefix <= BITS[family] ? { address: address.toLowerCase(), prefix, family } : null;
}

function familyOf(address: string): Family | null {
  const version = isIP(address);
  if (version === 0) return null;
  return version === 4 ? 'ipv4' : 'ipv6';
}
