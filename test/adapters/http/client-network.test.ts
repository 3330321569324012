import { expect, test } from '@jest/globals';
import { networkOf } from '../../../src/adapters/http/client-network.js';

test.each([
  ['10.0.0.1', '10.0.0.1'], ['::ffff:10.0.0.1', '10.0.0.1'], ['::FFFF:0a00:0001', '10.0.0.1'], ['0:0:0:0:0:ffff:255.255.255.254', '255.255.255.254'],
  ['2001:db8::1', '2001:db8:0:0::'], ['2001:DB8:0:0:ffff:ffff:ffff:ffff', '2001:db8:0:0::'], ['2001:db8:0:1::', '2001:db8:0:1::'], ['1:2:3:4:5:6:7:8', '1:2:3:4::'],
  ['::1', '0:0:0:0::'], ['::', '0:0:0:0::'], ['fe80::1%eth0', 'fe80:0:0:0::'], ['64:ff9b::10.0.0.1', '64:ff9b:0:0::'], ['unknown', 'unknown'], ['', ''],
])('%s belongs to %s', (address, network) => expect(networkOf(address)).toBe(network));
