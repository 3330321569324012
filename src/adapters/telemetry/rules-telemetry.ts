import type { Logger } from 'pino';
import type { Metrics } from './metrics.js';

export interface RulesTelemetry {
  /** The configuration is right, and read; `at` in ms. */
  rulesInForce(version: string, at: number): void;
  /** A running process read its configuration again. */
  rulesReloaded(reloaded: { readonly before: string; readonly version: string; readonly changed: readonly string[]; readonly needRestart: readonly string[] }): void;
  /** It is wrong, and all stays as it is. */
  rulesRefused(problems: readonly { readonly path: string; readonly line: number | null; readonly message: string }[]): void;
}

/** What orders are judged by, and whether the last attempt to change it succeeded. */
export const rulesTelemetry = (logger: Logger, metrics: Metrics): RulesTelemetry => ({
  rulesInForce(version, at) {
    metrics.rules.reset();
    metrics.rules.set({ version }, 1);
    metrics.reloadSuccess.set(1);
    metrics.reloadTime.set(at / 1_000);
  },
  rulesReloaded({ before, version, changed, needRestart }) {
    const line = { event: 'rules.reloaded', before, version, changed, needRestart };
    if (changed.length === 0) logger.info(line, `the configuration was read again, and no rule differs: rules ${version} stay in force`);
    else logger.info(line, `rules ${version} are in force instead of ${before} (${changed.join(', ')}): every order is judged anew where they differ`);
    if (needRestart.length > 0) logger.warn({ event: 'rules.need_restart', needRestart }, `these settings are no rules, and count from the next start on: ${needRestart.join(', ')}`);
  },
  rulesRefused(problems) {
    metrics.reloadSuccess.set(0);
    const told = problems.map(({ path, line, message }) => `${line === null ? '' : `line ${line}: `}${path}: ${message}`);
    logger.error({ event: 'rules.refused', problems: told }, `the configuration cannot be used, and the rules in force stay: ${told.join('; ')}`);
  },
});
