/** Asymmetric ones only: who can verify a token here cannot make one. */
export const JWT_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const;
export type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number];

export interface JwtSettings {
  /** What the claim `iss` has to be. */
  readonly issuer: string;
  /** The claim `aud` has to name one of them. */
  readonly audience: readonly string[];
  readonly algorithms: readonly JwtAlgorithm[];
  /** How far the clocks of the issuer and of this service may differ, ms. */
  readonly clockToleranceMs: number;
}
