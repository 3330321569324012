/** A partition on the broker. */
export interface Place {
  readonly name: string;
  readonly partition: number;
}

/** Which partitions there are to read. `T`: what a lane calls each of its own. */
export interface Layout<T extends string> {
  readonly topics: readonly T[];
  readonly lanes: number;
  /** Where a lane's topic lies. */
  readonly placeOf: (lane: number, topic: T) => Place;
  /** How many partitions each topic has, by its name on the broker. */
  readonly partitions: ReadonlyMap<string, number>;
  /** What it means that a topic has another number of partitions by now: reading ends with it. */
  readonly changed: (name: string, before: number, now: number) => Error;
}
