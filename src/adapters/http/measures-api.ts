import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { MEASURE_WINDOWS } from '../../contracts/measures.js';
import { PLACE_KEYS } from '../../contracts/names.js';
import type { MeasureReader } from '../../pipeline/measure-reader.js';
import { overAllLanes } from './lacks.js';
import { parseQuery } from './query.js';
import type { StoreAccess } from './store-access.js';

/** The query of `GET /v1/measures`. */
export const measuresQuerySchema = z.strictObject({
  window: z.enum(MEASURE_WINDOWS, `expected one of ${MEASURE_WINDOWS.join(', ')}`).default('24h').describe('What counted within it, up to now; default 24h'),
  by: z.enum(PLACE_KEYS, `expected one of ${PLACE_KEYS.join(', ')}`).optional().describe('Also a row for each value of this key of `place`'),
});

/** Measures over many orders. Every worker reads those of all lanes, so that each gives the same answer. */
export function addMeasures(app: FastifyInstance, measures: MeasureReader, store: StoreAccess): void {
  app.get('/v1/measures', async (request, reply) => {
    const { window, by } = parseQuery(measuresQuerySchema, request.query);
    return overAllLanes(store, reply, store.bounded(measures.rows([window], by ?? null)));
  });
}
