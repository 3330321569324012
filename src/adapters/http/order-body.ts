import type { OrderBody, OrderSummary } from '../../contracts/api.js';
import type { SourceTopic } from '../../contracts/names.js';
import { journeyOf } from '../../pipeline/render.js';
import type { OrderView } from './ports.js';
import { timelineOf } from './timeline.js';

/** One order as `GET /v1/orders/{orderId}` gives it. */
export const orderBody = (view: OrderView, topicNames: Readonly<Record<SourceTopic, string>>): OrderBody =>
  ({ ...orderSummary(view), rules: view.rules, timeline: [...timelineOf(view, topicNames)] });

/** One order in a list: the same without its timeline. */
export function orderSummary({ assessment }: OrderView): OrderSummary {
  const { orderId, customerId, verdict, recordsVerdict, settled, unknown, promises, signals, patterns } = journeyOf(assessment, '');
  return { orderId, customerId, verdict, recordsVerdict, settled, unknown: [...unknown], promises, signals, patterns };
}
