import { PLACE_KEYS, type Place, type PlaceKey } from '../contracts/names.js';
import type { Fact } from './fact.js';
import { timelineOf, type JourneyFacts } from './journey.js';
import { bothOf, NOWHERE, saysMore } from './place.js';
import type { Rules } from './rules.js';
import { readBilling, type Billing } from './timeline/billing.js';
import { readContacts, type Contacts } from './timeline/contacts.js';
import { type GrowingView, readOn } from './timeline/growing-view.js';
import { readHistory, takeLast, type History } from './timeline/history.js';
import { readIncidents, type Incidents } from './timeline/incidents.js';
import { readQuantities, type Quantities } from './timeline/quantities.js';
import { readStatements, type Statements } from './timeline/statements.js';

/**
 * What an order's facts say whatever the time: its history, and the views that signals are judged by. It stays with its
 * journey, so that a fact that comes in its turn is read on its own and renews the views that it concerns alone.
 */
export class Reading {
  #history: History;
  #taken: number;
  #quantities: Quantities | null = null;
  #billing: GrowingView & Billing | null = null;
  #statements: GrowingView & Statements | null = null;
  #contacts: Contacts | null = null;
  /** `undefined`: not read; null: no incident named the order. */
  #incidents: Incidents | null | undefined;
  #place: Place = NOWHERE;
  /** The keys of the place, in the order in which they were named. */
  readonly #named: PlaceKey[] = [];
  #placed = 0;

  constructor(private readonly journey: JourneyFacts, readonly rules: Rules) {
    this.#history = readHistory(journey, rules);
    this.#taken = journey.facts.length;
  }

  get history(): History { return this.#history; }
  get quantities(): Quantities { return (this.#quantities ??= readQuantities(this.#history)); }
  get billing(): Billing { return (this.#billing = readOn(this.#billing) ?? readBilling(this.#history, this.rules)); }
  get statements(): Statements { return (this.#statements = readOn(this.#statements) ?? readStatements(this.#history, this.rules)); }
  get contacts(): Contacts { return (this.#contacts ??= readContacts(this.#history, this.rules)); }
  get incidents(): Incidents | null {
    if (this.#incidents === undefined) this.#incidents = readIncidents(this.#history);
    return this.#incidents;
  }

  /** Per key the first value in the timeline that says something (rulings 82). Like those of facts it has every key. */
  get place(): Place {
    const { facts } = this.#history;
    if (this.#placed < facts.length) this.#place = placeIn(facts, this.#placed, this.#place, this.#named);
    this.#placed = facts.length;
    return this.#place;
  }

  /** As it is shown: only what it says, in the order in which that was named. Journeys published before are compared with it as text. */
  get shownPlace(): Place {
    const { place } = this;
    const shown: Partial<Record<PlaceKey, string>> = {};
    for (const key of this.#named) {
      const value = place[key];
      if (value !== undefined) shown[key] = value;
    }
    return shown;
  }

  /** Takes in what was appended to the journey since. False: all must be read again. */
  catchUp(): boolean {
    const { facts } = this.journey;
    if (this.#taken === facts.length) return true;
    // A timeline in another order than the facts was laid out anew, and doesn't grow with them.
    if (this.#history.facts !== facts) return false;
    for (; this.#taken < facts.length; this.#taken++) {
      const fact = facts[this.#taken];
      if (fact === undefined || !takeLast(this.#history, fact)) return false;
      this.#renew(fact);
    }
    return true;
  }

  /** Forgets the views that a fact may change, but for what grows by itself. */
  #renew({ type, body }: Fact): void {
    switch (type) {
      case 'delivery.attempt_failed': case 'delivery.exception': case 'payment.failed': case 'notification.failed': case 'notification.sent':
      case 'invoice.issued': case 'invoice.corrected': case 'payment.captured': case 'refund.issued':
      case 'billing.disputed': case 'billing.dispute_resolved': case 'feedback.received': case 'audit.recorded':
        return;
      case 'delivery.rescheduled':
        this.#statements = null;
        return;
      case 'contact.opened': case 'contact.reopened': case 'contact.resolved':
        this.#contacts = null;
        return;
      case 'incident.opened': case 'incident.resolved':
        this.#incidents = undefined;
        return;
      case 'shipment.dispatched':
        this.#quantities = null;
        return;
      case 'delivery.completed':
        this.#quantities = null;
        if (body.final) this.#statements = null;
        return;
      case 'order.placed': case 'order.amended': case 'order.cancelled':
        this.#statements = null;
        this.#quantities = null;
    }
  }
}

/** The journey's reading, up to date. Facts that came out of turn, or other rules, make a new one. */
export function readingOf(journey: JourneyFacts, rules: Rules): Reading {
  const kept = journey.reading ?? null;
  if (kept !== null && kept.rules === rules && kept.catchUp()) return kept;
  const reading = new Reading(journey, rules);
  if ('reading' in journey) journey.reading = reading;
  return reading;
}

/** As `Reading.place`, of the facts of a journey. */
export const placeOf = ({ facts }: JourneyFacts): Place => placeIn(timelineOf(facts), 0, NOWHERE, null);

/** @param keys those that are named for the first time are added; null: nobody asks */
function placeIn(facts: readonly Fact[], from: number, known: Place, keys: PlaceKey[] | null): Place {
  let place = known;
  let before: Place | null = null;
  for (let i = from; i < facts.length; i++) {
    const named = facts[i]?.place ?? null;
    // Facts that were read back share the places that they have in common.
    if (named === null || named === before) continue;
    before = named;
    if (!saysMore(place, named)) continue;
    const more = bothOf(place, named);
    if (keys !== null) for (const key of PLACE_KEYS) if (place[key] === undefined && more[key] !== undefined) keys.push(key);
    place = more;
  }
  return place;
}
