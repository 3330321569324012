import type { Logger } from 'pino';
import type { Telemetry } from '../../pipeline/ports.js';
import type { Metrics } from './metrics.js';

type UpkeepTelemetry = Pick<Telemetry, 'stateWentBack' | 'recalled' | 'catchingUp' | 'caughtUp' | 'lossAccepted' | 'judgedAnew'>;

const WHY = { state_went_back: 'its state went back', rebuild: 'its state is made anew', rewind: 'a person asked for it' } as const;

/** What lanes do besides their work: making up for lost state, and judging orders anew. */
export const upkeepTelemetry = (logger: Logger, metrics: Metrics): UpkeepTelemetry => ({
  stateWentBack(lane, what) {
    metrics.wentBack.inc();
    logger.error({ event: 'lane.state_went_back', lane }, `lane ${lane}: ${what}. The lane makes up for it by itself; find out why Redis lost what it had confirmed`);
  },
  recalled(lane, foreign) {
    if (foreign > 0) logger.warn({ event: 'lane.recalled', lane, foreign }, `lane ${lane}: what was said is read back; ${foreign} records of cx.events and cx.alerts are none of ours and were passed over`);
    else logger.info({ event: 'lane.recalled', lane }, `lane ${lane}: what was said is read back`);
  },
  catchingUp(lane, why) {
    metrics.catchingUp.set({ partition: String(lane) }, 1);
    logger.warn({ event: 'lane.catching_up', lane, why }, `lane ${lane} reads its topics again and says nothing meanwhile: ${WHY[why]}`);
  },
  caughtUp(lane) {
    metrics.catchingUp.set({ partition: String(lane) }, 0);
    logger.info({ event: 'lane.caught_up', lane }, `lane ${lane} has read everything again; what differs from what was said is said now`);
  },
  lossAccepted: (lane, halt, what) => logger.warn({ event: 'lane.loss_accepted', lane, halt }, `lane ${lane} goes on over a loss, as a person decided (${halt}): ${what}`),
  judgedAnew: (lane, orders) => logger.info({ event: 'lane.judged_anew', lane, orders }, `lane ${lane}: all orders are judged by the present catalogue, ${orders} of them anew`),
});
