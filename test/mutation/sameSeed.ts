import fc from 'fast-check';

// A mutant that a property kills is then killed in every run.
fc.configureGlobal({ seed: 1 });
