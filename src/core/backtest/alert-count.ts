import { getOrInsert } from '../get-or-insert.js';
import { instantText } from '../instant-text.js';
import type { RaisedAlert } from './order-life.js';

export interface AlertCount {
  readonly raised: number;
  readonly critical: number;
  /** On the day (UTC) with the most; null: none was raised. */
  readonly busiest: { readonly day: string; readonly raised: number } | null;
}

/** Counts alerts by team and day; needs room for each day on which a team got some. */
export function createAlertCount() {
  const teams = new Map<string, TeamCount>();
  const all = newTeam();
  return {
    add(alerts: readonly RaisedAlert[]): void {
      for (const alert of alerts) {
        countIn(getOrInsert(teams, alert.team, newTeam), alert);
        countIn(all, alert);
      }
    },
    all: (): AlertCount => countOf(all),
    teams: (): readonly string[] => [...teams.keys()],
    of: (team: string): AlertCount => countOf(teams.get(team) ?? newTeam()),
  };
}

interface TeamCount {
  raised: number;
  critical: number;
  readonly days: Map<number, number>;
}

const newTeam = (): TeamCount => ({ raised: 0, critical: 0, days: new Map() });

const DAY = 86_400_000;

function countIn(team: TeamCount, { at, severity }: RaisedAlert): void {
  const day = Math.floor(at / DAY);
  team.raised += 1;
  if (severity === 'critical') team.critical += 1;
  team.days.set(day, (team.days.get(day) ?? 0) + 1);
}

function countOf({ raised, critical, days }: TeamCount): AlertCount {
  let busiest: [number, number] | null = null;
  for (const [day, count] of days) if (busiest === null || count > busiest[1] || (count === busiest[1] && day < busiest[0])) busiest = [day, count];
  return { raised, critical, busiest: busiest === null ? null : { day: instantText(busiest[0] * DAY).slice(0, 10), raised: busiest[1] } };
}
