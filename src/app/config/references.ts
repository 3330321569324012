import { DEFAULT_RULES } from '../../core/rules.js';
import type { Path } from './problems.js';
import type { Settings } from './schema.js';
import { didYouMean } from './suggestions.js';

interface Finding {
  readonly path: Path;
  readonly message: string;
}

const DEFAULT_NAMES = DEFAULT_RULES.patterns.map(({ pattern }) => pattern);

/** What no single setting shows: names that point nowhere, topics that collide, patterns that are half told. */
export function checkReferences(settings: Settings): readonly Finding[] {
  return [...ownPatterns(settings), ...patternNames(settings), ...topicNames(settings)];
}

function ownPatterns({ patterns }: Settings): readonly Finding[] {
  return Object.entries(patterns)
    .filter(([pattern, { severity, when }]) => !DEFAULT_NAMES.includes(pattern) && (severity === undefined || when === undefined))
    .map(([pattern]) => ({
      path: ['patterns', pattern],
      message: `not in the default catalogue, so it needs both \`severity\` and \`when\`${didYouMean(pattern, DEFAULT_NAMES)}`,
    }));
}

function patternNames({ patterns, alerts }: Settings): readonly Finding[] {
  const known = [...new Set([...DEFAULT_NAMES, ...Object.keys(patterns)])];
  const used: readonly (readonly [Path, string])[] = [
    ...alerts.owners.flatMap(({ pattern }, index) => (pattern === undefined ? [] : [[['alerts', 'owners', index, 'pattern'], pattern] as const])),
    ...Object.keys(alerts.actions).map((pattern) => [['alerts', 'actions', pattern], pattern] as const),
    ...Object.keys(alerts.actBy).map((pattern) => [['alerts', 'actBy', pattern], pattern] as const),
  ];
  return used
    .filter(([, pattern]) => !known.includes(pattern))
    .map(([path, pattern]) => ({ path, message: `no pattern is called ${pattern}${didYouMean(pattern, known) || `; known: ${known.join(', ')}`}` }));
}

function topicNames({ topics }: Settings): readonly Finding[] {
  const taken = new Map<string, string>();
  const findings: Finding[] = [];
  for (const kind of ['sources', 'outputs'] as const) {
    for (const [topic, name] of Object.entries(topics[kind])) {
      const other = taken.get(name);
      if (other === undefined) taken.set(name, `topics.${kind}.${topic}`);
      else findings.push({ path: ['topics', kind, topic], message: `the topic name ${name} is already used by ${other}; every source and output needs one of its own` });
    }
  }
  return findings;
}
