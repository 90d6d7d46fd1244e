// A setup file of vitest: runs in every test file.
import fc from 'fast-check';

/** `npm test` tries the same cases everywhere, so that what failed fails again; `SEED=N` tries others. */
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.SEED ?? 1) });
