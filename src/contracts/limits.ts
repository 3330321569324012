/** Records that a published value names as evidence, at most: outputs are bounded. */
export const EVIDENCE_LIMIT = 100;
