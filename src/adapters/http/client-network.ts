import { isIPv6 } from 'node:net';

/** Groups of an IPv6 address that name the network; its owner has all addresses in it. */
const NETWORK_GROUPS = 4;
const GROUPS = 8;

/** Whose an address is: an address of IPv4, also where it is written as one of IPv6, and the network of any other. Text that is no address is left as it is. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const groups = groupsOf(address);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return groups.slice(6).flatMap((group) => [group >> 8, group & 0xff]).join('.');
  }
  return `${groups.slice(0, NETWORK_GROUPS).map((group) => group.toString(16)).join(':')}::`;
}

function groupsOf(address: string): readonly number[] {
  // As URLs have it: in hexadecimal digits throughout, and without the name of an interface.
  const text = new URL(`http://[${address.replace(/%.*$/, '')}]/`).hostname.slice(1, -1);
  const [head = [], tail] = text.split('::').map((part) => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16))));
  return tail === undefined ? head : [...head, ...Array.from({ length: GROUPS - head.length - tail.length }, () => 0), ...tail];
}
