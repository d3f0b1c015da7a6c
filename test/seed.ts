import fc from 'fast-check';
import { SEED } from './integration/random.ts';

// Properties draw from the seed of the run, like everything else that chance decides.
fc.configureGlobal({ seed: SEED });
