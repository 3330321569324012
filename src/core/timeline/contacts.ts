import type { Fact } from '../fact.js';
import type { Rules } from '../rules.js';
import type { ContactFact, History } from './history.js';

/** One matter that a customer brought up, under its `contactId`. */
interface Contact {
  /** A contact of the company counts nowhere (rulings 98). */
  readonly customers: boolean;
  /** What it is open by; null: resolved. */
  openBy: ContactFact | null;
}

/** A contact that was left open for too long. */
export interface Unanswered {
  readonly opening: ContactFact;
  /** When the time to answer was over; ms. */
  readonly due: number;
  /** The answer that came after it. */
  readonly answer: Fact;
}

/** What customers had to ask for (rulings 55, 56, 98). */
export interface Contacts {
  /** Openings that should not have been necessary. */
  readonly repeats: readonly ContactFact[];
  /** Answered, but too late. */
  readonly answeredLate: readonly Unanswered[];
  /** Openings without an answer, oldest first. */
  readonly open: readonly ContactFact[];
}

const NONE: Contacts = { repeats: [], answeredLate: [], open: [] };

export function readContacts(history: History, rules: Rules): Contacts {
  if (history.contacts.length === 0) return NONE;
  const contacts = new Map<string, Contact>();
  const lastOpening = new Map<string, number>();
  const repeats: ContactFact[] = [];
  const answeredLate: Unanswered[] = [];
  for (const fact of history.contacts) {
    const known = contacts.get(fact.body.contactId);
    if (fact.type === 'contact.resolved') {
      const unanswered = known === undefined ? null : answer(known, fact, rules);
      if (unanswered !== null) answeredLate.push(unanswered);
      continue;
    }
    const contact = known ?? { customers: fact.body.by === 'customer', openBy: null };
    contacts.set(fact.body.contactId, contact);
    if (!contact.customers) continue;
    contact.openBy ??= fact;
    const previous = lastOpening.get(fact.body.topic);
    const again = known !== undefined || fact.type === 'contact.reopened';
    if (again || (previous !== undefined && fact.at - previous <= rules.repeatContactWithinMs)) repeats.push(fact);
    if (fact.type === 'contact.opened') lastOpening.set(fact.body.topic, fact.at);
  }
  return { repeats, answeredLate, open: openOnes(contacts) };
}

function answer(contact: Contact, fact: ContactFact, rules: Rules): Unanswered | null {
  const opening = contact.openBy;
  if (opening === null) return null;
  contact.openBy = null;
  const due = opening.at + rules.contactOpenMs;
  return fact.at > due ? { opening, due, answer: fact } : null;
}

function openOnes(contacts: ReadonlyMap<string, Contact>): ContactFact[] {
  const open: ContactFact[] = [];
  for (const { openBy } of contacts.values()) if (openBy !== null) open.push(openBy);
  return open.sort((a, b) => a.at - b.at);
}
