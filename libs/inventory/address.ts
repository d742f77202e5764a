import { isIP } from 'node:net';

const MAX_DNS_NAME = 253;
const label = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/i;

/**
 * Whether the text is an IPv4 or IPv6 address (without brackets, zone or port) or a DNS name (RFC 1123 section 2.1,
 * underscores allowed as resolvers do). Names of other scripts go in as punycode (`xn--…`).
 */
export function isAddress(text: string): boolean {
  if (isIP(text) !== 0) return !text.includes('%');
  if (text.length > MAX_DNS_NAME) return false;
  const labels = text.split('.');
  // 10.0.0.300 and 1.2.3 are mistyped addresses: resolvers would take some of them for others
  const isNumeric = /^(?:\d+|0x[0-9a-f]*)$/i.test(labels.at(-1) ?? '');
  return !isNumeric && labels.every((part) => label.test(part));
}
