/** What the bytes behind a schema id mean, as far as is known without asking. */
export type ReadBySchema =
  | { readonly kind: 'value'; readonly value: unknown }
  /** `message` names the schema, never text of the value. */
  | { readonly kind: 'undecodable'; readonly message: string }
  /** The schema has yet to be learned. */
  | { readonly kind: 'unknown' };

/** Schemas of a registry. They never change under their id, so one that was learned holds for good. */
export interface SchemaReader {
  /** Reads the bytes after the header. Never waits, never throws. */
  read(id: number, body: Buffer): ReadBySchema;
  /**
   * Asks the registry; once it resolves `read` has an answer. Calls for one id at a time share one request.
   * @throws saying what keeps it from being learned; worth another try
   */
  learn(id: number): Promise<void>;
}
