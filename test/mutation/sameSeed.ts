import fc from 'fast-check';

// With a fixed seed, a mutant that a property test kills is killed in every mutation run.
fc.configureGlobal({ seed: 1 });
