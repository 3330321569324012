import { z } from 'zod';

/** Of every list that comes in pages, and may end a page before it is full. */
export const nextCursor = z.string().nullable().meta({ description: 'Where the next page begins; null at the end. A page may be short and not the last.' });
