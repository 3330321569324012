/** Something made of a history that need not be made anew with every fact that the history grows by. */
export interface GrowingView {
  /** Takes in what came to the history since. False: that changes what was found before, so that all must be read again. */
  readOn(): boolean;
}

/** The view with what came since; null: it has to be read anew. */
export const readOn = <T extends GrowingView>(view: T | null): T | null => (view?.readOn() === true ? view : null);
