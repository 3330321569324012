import { BlockList, isIP } from 'node:net';

/** Which addresses a request may go to. */
export type AddressKind =
  | 'public'
  /** This machine, or the company's own network. */
  | 'private'
  /** Where clouds keep the credentials of the machine, and what is no host at all: nobody's receiver. */
  | 'forbidden';

const PRIVATE: readonly (readonly [string, number])[] = [
  ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16],
];
/** Link-local with the metadata service, "this network", multicast, reserved, for documentation and benchmarks, and one cloud's own service. */
const FORBIDDEN: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8], ['169.254.0.0', 16], ['192.0.0.0', 24], ['192.0.2.0', 24], ['192.88.99.0', 24], ['198.18.0.0', 15], ['198.51.100.0', 24],
  ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4], ['168.63.129.16', 32],
];
const PRIVATE_6: readonly (readonly [string, number])[] = [['::1', 128], ['fc00::', 7]];
/** Within the range of public addresses: those that stand for others, and those for documentation. */
const FORBIDDEN_6: readonly (readonly [string, number])[] = [['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['3fff::', 20], ['fd00:ec2::254', 128]];
const PUBLIC_6: readonly (readonly [string, number])[] = [['2000::', 3]];

const listOf = (ranges: readonly (readonly [string, number])[], family: 'ipv4' | 'ipv6'): BlockList => {
  const list = new BlockList();
  for (const [address, prefix] of ranges) list.addSubnet(address, prefix, family);
  return list;
};
const private4 = listOf(PRIVATE, 'ipv4');
const forbidden4 = listOf(FORBIDDEN, 'ipv4');
const private6 = listOf(PRIVATE_6, 'ipv6');
const forbidden6 = listOf(FORBIDDEN_6, 'ipv6');
const public6 = listOf(PUBLIC_6, 'ipv6');
const mapped6 = listOf([['::ffff:0:0', 96]], 'ipv6');

/** @param address of IPv4 or IPv6, as a resolver gives it */
export function addressKind(address: string): AddressKind {
  const family = isIP(address);
  if (family === 0) return 'forbidden';
  // The lists of IPv4 know IPv4-mapped IPv6 too.
  if (family === 4 || mapped6.check(address, 'ipv6')) {
    const type = family === 4 ? 'ipv4' : 'ipv6';
    if (forbidden4.check(address, type)) return 'forbidden';
    return private4.check(address, type) ? 'private' : 'public';
  }
  if (forbidden6.check(address, 'ipv6')) return 'forbidden';
  if (private6.check(address, 'ipv6')) return 'private';
  return public6.check(address, 'ipv6') ? 'public' : 'forbidden';
}
