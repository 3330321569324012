import fc from 'fast-check';

// That a property fails is enough: a smaller counterexample, for which nobody looks here, may take minutes to be found.
fc.configureGlobal({ endOnFailure: true });
