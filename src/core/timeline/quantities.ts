import type { Fact, FactOf, LineQuantity } from '../fact.js';
import type { History } from './history.js';

/** Quantities that differ by less are equal (rulings 36). */
const NO_DIFFERENCE = 0.000_001;
export const isBelow = (a: number, b: number): boolean => b - a >= NO_DIFFERENCE;

/** A fault of quantities as it was judged from the final delivery on. */
export interface QuantityFault {
  readonly opensAt: number;
  /** The delivery that left no line at fault; null: there's one yet. */
  readonly closedBy: Fact | null;
  /** Every line that ever was at fault, sorted. */
  readonly lines: readonly string[];
  readonly evidence: readonly Fact[];
}

/** What arrived against what was ordered (rulings 35-38, 70). Says something of delivered orders only. */
export interface Quantities {
  /** At the instant of the final delivery; null: a delivery up to then told no quantity, or no list of lines is known. */
  readonly inFull: boolean | null;
  /** Lines are known, but not what the final delivery brought. */
  readonly untold: boolean;
  readonly shortfall: QuantityFault | null;
  readonly overage: QuantityFault | null;
}

const NOT_JUDGED: Quantities = { inFull: null, untold: false, shortfall: null, overage: null };
const IN_FULL: Quantities = { ...NOT_JUDGED, inFull: true };
const NOT_IN_FULL: Quantities = { ...NOT_JUDGED, inFull: false };
const UNTOLD: Quantities = { inFull: null, untold: true, shortfall: null, overage: null };

/** Quantities by line, added up delivery after delivery. */
export class Delivered {
  /** False from the first delivery on that doesn't tell what it brought (rulings 37). */
  known = true;
  readonly byLine = new Map<string, number>();
  /** Lines that grew since somebody last emptied this. */
  readonly touched: string[] = [];
  /** Dispatched lines per shipment, as far as no delivery has brought them; null until a delivery needs them. */
  private onTheWay: Map<string, readonly LineQuantity[]> | null = null;

  /** How many dispatches there were when a delivery needed them. */
  private asked = 0;

  constructor(private readonly history: Pick<History, 'dispatches'>) {}

  /** Have dispatches come since that may tell what earlier deliveries brought? */
  get isOvertaken(): boolean {
    return this.onTheWay !== null && this.history.dispatches.length !== this.asked;
  }

  add(delivery: FactOf<'delivery.completed'>): void {
    const { lines, shipmentId } = delivery.body;
    if (lines !== null) {
      for (const line of lines) this.grow(line.substituteFor ?? line.lineId, line.quantity);
      return;
    }
    if (this.onTheWay === null) {
      this.onTheWay = linesByShipment(this.history.dispatches);
      this.asked = this.history.dispatches.length;
    }
    const dispatched = shipmentId === null ? undefined : this.onTheWay.get(shipmentId);
    if (shipmentId === null || dispatched === undefined) {
      this.known = false;
      return;
    }
    this.onTheWay.set(shipmentId, []);
    for (const line of dispatched) this.grow(line.lineId, line.quantity);
  }

  private grow(lineId: string, quantity: number): void {
    this.byLine.set(lineId, (this.byLine.get(lineId) ?? 0) + quantity);
    this.touched.push(lineId);
  }
}

/** The lines of all dispatches of a shipment that have some, whenever dispatched. */
function linesByShipment(dispatches: History['dispatches']): Map<string, readonly LineQuantity[]> {
  const shipments = new Map<string, LineQuantity[]>();
  for (const { body } of dispatches) {
    if (body.lines === null || body.lines.length === 0) continue;
    const lines = shipments.get(body.shipmentId);
    if (lines === undefined) shipments.set(body.shipmentId, [...body.lines]);
    else for (const line of body.lines) lines.push(line);
  }
  return shipments;
}

/** The sum per `lineId`: one named twice adds up. */
export function sumByLine(lines: readonly LineQuantity[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { lineId, quantity } of lines) sums.set(lineId, (sums.get(lineId) ?? 0) + quantity);
  return sums;
}

export function readQuantities(history: History): Quantities {
  const { end, ordered, deliveries } = history;
  if (end?.kind !== 'delivered' || ordered === null) return NOT_JUDGED;
  const delivered = new Delivered(history);
  let next = 0;
  let approved = true;
  for (let delivery = deliveries[next]; delivery !== undefined && delivery.at <= end.at; delivery = deliveries[++next]) {
    delivered.add(delivery);
    approved &&= isApproved(delivery);
  }
  if (!delivered.known) return UNTOLD;
  const wanted = sumByLine(ordered.lines);
  const faultless = isExactly(delivered.byLine, wanted);
  if (faultless && next === deliveries.length) return approved ? IN_FULL : NOT_IN_FULL;
  const judge = new QuantityJudge(wanted, delivered, ordered.fact, deliveries.slice(0, next), end.at);
  while (next < deliveries.length && delivered.known) next = judge.instant(deliveries, next);
  return { inFull: approved && faultless, untold: false, shortfall: judge.shortfall(), overage: judge.overage() };
}

function isExactly(delivered: ReadonlyMap<string, number>, wanted: ReadonlyMap<string, number>): boolean {
  for (const [lineId, quantity] of wanted) if (isBelow(delivered.get(lineId) ?? 0, quantity)) return false;
  for (const [lineId, quantity] of delivered) if (isBelow(wanted.get(lineId) ?? 0, quantity)) return false;
  return true;
}

const isApproved = ({ body }: FactOf<'delivery.completed'>): boolean =>
  body.lines === null || body.lines.every((line) => line.substituteFor === null || line.substitutionApproved === true);

/** Keeps which lines are short or over; after the final delivery looks at those lines alone that a delivery touched. */
class QuantityJudge {
  private readonly taken: Fact[];
  private readonly short = new Set<string>();
  private readonly over = new Set<string>();
  private readonly everShort: readonly string[];
  private readonly shortEvidence: readonly Fact[];
  private closedBy: Fact | null = null;
  private overSince = 0;
  private overEvidence: readonly Fact[] = [];

  /** Judges at the instant of the final delivery, `at`, all that had arrived by then. */
  constructor(
    private readonly wanted: ReadonlyMap<string, number>, private readonly delivered: Delivered,
    list: Fact, arrived: readonly Fact[], private readonly at: number,
  ) {
    this.taken = [list, ...arrived];
    this.shortEvidence = [...this.taken];
    for (const [lineId, quantity] of wanted) if (isBelow(delivered.byLine.get(lineId) ?? 0, quantity)) this.short.add(lineId);
    this.everShort = [...this.short].sort();
    this.judgeTouched(at);
  }

  /** Takes all deliveries of the next instant and judges after them; returns the index of the one that follows. */
  instant(deliveries: History['deliveries'], from: number): number {
    const at = deliveries[from]?.at ?? 0;
    let next = from;
    for (let delivery = deliveries[next]; delivery?.at === at; delivery = deliveries[++next]) {
      this.taken.push(delivery);
      this.delivered.add(delivery);
    }
    if (this.delivered.known) this.judgeTouched(at);
    return next;
  }

  shortfall(): QuantityFault | null {
    if (this.everShort.length === 0) return null;
    const { closedBy } = this;
    const evidence = closedBy === null ? this.shortEvidence : [...this.shortEvidence, closedBy];
    return { opensAt: this.at, closedBy, lines: this.everShort, evidence };
  }

  overage(): QuantityFault | null {
    if (this.over.size === 0) return null;
    return { opensAt: this.overSince, closedBy: null, lines: [...this.over].sort(), evidence: this.overEvidence };
  }

  private judgeTouched(at: number): void {
    const wasShort = this.short.size > 0;
    const wasOver = this.over.size > 0;
    for (const lineId of this.delivered.touched) {
      const wanted = this.wanted.get(lineId) ?? 0;
      const arrived = this.delivered.byLine.get(lineId) ?? 0;
      if (!isBelow(arrived, wanted)) this.short.delete(lineId);
      if (isBelow(wanted, arrived)) this.over.add(lineId);
    }
    this.delivered.touched.length = 0;
    if (wasShort && this.short.size === 0) this.closedBy = this.taken.at(-1) ?? null;
    if (wasOver || this.over.size === 0) return;
    this.overSince = at;
    this.overEvidence = [...this.taken];
  }
}
