import { writeFileSync } from 'node:fs';
import { Partitioners } from 'kafkajs';
import { client, option } from '../kafka.mjs';

const event = {
  type: 'order.placed', customerId: 'C-7', occurredAt: '2026-03-02T09:12:00Z', place: { carrier: 'NorthPost', region: 'south' },
  lines: [{ lineId: '1', sku: 'kettle', quantity: 1 }], promisedDeliveryAt: '2026-03-06', totalMinor: 8450, currency: 'EUR',
};
const messages = Array.from({ length: Number(option('orders')) }, (_, n) => ({ key: `O-${n}`, value: JSON.stringify({ ...event, id: `placed-${n}`, orderId: `O-${n}` }) }));
const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
await producer.connect();
await producer.send({ topic: `${option('prefix')}orders`, messages });
await producer.disconnect();
writeFileSync(option('expect'), '{}');
console.log(JSON.stringify({ records: messages.length, bytes: messages.reduce((sum, { value }) => sum + value.length, 0) }));
