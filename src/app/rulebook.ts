import { type Catalogue, catalogueUnder, type Config, type LoadedConfig, type Problem } from './config.js';
import { settingChanges } from './config/setting-changes.js';

/** What orders are judged by, and since when. Another one is another object. */
export interface InForce {
  readonly catalogue: Catalogue;
  /** When this process took it up, ms. */
  readonly since: number;
}

export type Reloaded =
  | {
    readonly kind: 'read';
    /** Versions of the rules, which are the same where nothing in them changed. */
    readonly before: string;
    readonly version: string;
    /** Paths of the settings that are in force now, and were not. */
    readonly changed: readonly string[];
    /** Paths of settings that are otherwise than at the start of the process, and count from its next start on. */
    readonly needRestart: readonly string[];
  }
  /** Something in the file is wrong: all stays as it is. */
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] };

export interface RulebookTelemetry {
  rulesInForce(version: string, at: number): void;
  rulesReloaded(reloaded: Extract<Reloaded, { kind: 'read' }>): void;
  rulesRefused(problems: readonly Problem[]): void;
}

export interface RulebookParts {
  readonly config: Config;
  /** Reads and checks the configuration anew. */
  readonly reread: () => LoadedConfig;
  readonly telemetry: RulebookTelemetry;
  /** ms. */
  readonly now: () => number;
}

/** The rules of a running process: begins with those of its configuration, and takes up others when it is told to. */
export function createRulebook({ config, reread, telemetry, now }: RulebookParts) {
  let { settings } = config;
  let inForce: InForce = { catalogue: config, since: now() };
  telemetry.rulesInForce(config.rules.version, inForce.since);
  const followers: ((inForce: InForce) => void)[] = [];
  return {
    present: (): InForce => inForce,
    /** Calls back with what comes into force from now on. */
    follow: (take: (inForce: InForce) => void): void => void followers.push(take),
    /** Reads the configuration again: takes up the rules of a file that is right, and nothing of one that is wrong. */
    reload(): Reloaded {
      const read = reread();
      if (read.kind === 'problems') {
        const problems = read.problems.map(withoutSecrets);
        telemetry.rulesRefused(problems);
        return { kind: 'refused', problems };
      }
      const { rules: changed } = settingChanges(settings, read.config.settings);
      const { others: needRestart } = settingChanges(config.settings, read.config.settings);
      const before = inForce.catalogue.rules.version;
      if (changed.length > 0) {
        inForce = { catalogue: catalogueUnder(read.config.settings, config.topics.subscribed), since: now() };
        for (const take of followers) take(inForce);
      }
      ({ settings } = read.config);
      const { version } = inForce.catalogue.rules;
      const reloaded = { kind: 'read', before, version, changed, needRestart } as const;
      telemetry.rulesInForce(version, now());
      telemetry.rulesReloaded(reloaded);
      return reloaded;
    },
  };
}
export type Rulebook = ReturnType<typeof createRulebook>;

/** Who may have written a token where its digest belongs must not find it in a log. */
const withoutSecrets = (problem: Problem): Problem =>
  (problem.path.startsWith('http') ? { ...problem, message: problem.message.replace(/; found .*$/s, '') } : problem);

/** A file without any setting is, under a running service, one that is just being written. */
export const refusingEmpty = (readFile: (path: string) => string) => (path: string): string => {
  const text = readFile(path);
  if (text.trim() === '') throw new Error('it is empty; write `{}` for a file that leaves every default');
  return text;
};
