import { inject } from 'vitest';

/** The functions read the environment when they are loaded: it is set before any test imports them. */
Object.assign(process.env, inject('environment'));
