import type { TimelineEntryBody } from '../../contracts/api.js';
import type { Area, SourceTopic, Stage } from '../../contracts/names.js';
import { EVIDENCE_LIMIT } from '../../core/assessment.js';
import type { Fact } from '../../core/fact.js';
import { evidenceOf, type EvidenceEntry } from '../../pipeline/render.js';
import type { OrderView } from './ports.js';

/** The journey as one list: what happened, and what that meant for the customer. */

const AREA_OF: Readonly<Record<SourceTopic, Area>> = {
  orders: 'order', logistics: 'logistics', billing: 'billing', notifications: 'notification',
  contacts: 'service', feedback: 'feedback', incidents: 'it', audits: 'audit',
};

/** What happened comes before what it meant; of touchpoints, the adverse ones first (rulings 62). */
const RANK = { event: 0, adverse: 1, neutral: 2, good: 3 } as const;

interface Placed {
  readonly at: number;
  readonly rank: number;
  readonly entry: TimelineEntryBody;
}

/** Facts, signals and good touchpoints of an order by time. Events are neutral: whether one hurt is told by the signal that it raised. */
export function timelineOf(view: OrderView, topicNames: Readonly<Record<SourceTopic, string>>): readonly TimelineEntryBody[] {
  const evidence = (facts: readonly Fact[]) => facts.slice(0, EVIDENCE_LIMIT).map((fact) => evidenceOf(fact, view.lane, topicNames));
  const placed: Placed[] = [...eventEntries(view, evidence), ...touchpointEntries(view, evidence)];
  // Sorting is stable: facts of one instant keep their places, signals the order of the catalogue.
  return placed.sort((a, b) => a.at - b.at || a.rank - b.rank).map(({ entry }) => entry);
}

type ToEvidence = (facts: readonly Fact[]) => EvidenceEntry[];

function eventEntries({ facts }: OrderView, evidence: ToEvidence): Placed[] {
  const stageOf = stages(facts);
  return facts.map((fact) => ({
    at: fact.at,
    rank: RANK.event,
    entry: {
      at: iso(fact.at), kind: 'event', type: fact.type, area: AREA_OF[fact.topic], stage: stageOf(fact), adverse: false, evidence: evidence([fact]),
    },
  }));
}

function touchpointEntries({ assessment }: OrderView, evidence: ToEvidence): Placed[] {
  const signals = assessment.signals.map((signal): Placed => {
    const adverse = signal.severity > 0;
    return {
      at: signal.opensAt,
      rank: adverse ? RANK.adverse : RANK.neutral,
      entry: { at: iso(signal.opensAt), kind: 'signal', type: signal.signal, area: signal.area, stage: signal.stage, adverse, evidence: evidence(signal.evidence) },
    };
  });
  const goods = assessment.goods.map((good): Placed => ({
    at: good.at,
    rank: RANK.good,
    entry: { at: iso(good.at), kind: 'good', type: good.type, area: good.area, stage: good.stage, adverse: false, evidence: evidence(good.evidence) },
  }));
  return [...signals, ...goods];
}

/**
 * The stage that an event falls into: opinions are given as an advocate or its opposite; what else happens belongs to
 * owning from the moment goods first leave, and to buying before.
 */
function stages(facts: readonly Fact[]): (fact: Fact) => Stage {
  const sent = facts.find(({ type }) => type === 'shipment.dispatched' || type === 'delivery.completed');
  return (fact) => (fact.topic === 'feedback' ? 'ADVOCATE' : sent !== undefined && fact.at >= sent.at ? 'OWN' : 'BUY');
}

const iso = (ms: number): string => new Date(ms).toISOString();

