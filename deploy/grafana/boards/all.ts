import { dashboardJson } from './board.js';
import { experience } from './experience.js';
import { operations } from './operations.js';
import { orders } from './orders.js';

/** File name below `dashboards` to its content. */
export const DASHBOARDS: ReadonlyMap<string, string> = new Map([operations, experience, orders].map((board) => [`${board.uid}.json`, dashboardJson(board)]));
