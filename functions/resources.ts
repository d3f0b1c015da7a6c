/** The resources of the service: every export of a contract is a route. */
export * as assets from './assets/contract.ts';
export * as audit from './audit/contract.ts';
export * as board from './board/contract.ts';
export * as calendar from './calendar/contract.ts';
export * as directory from './directory/contract.ts';
export * as dispatch from './dispatch/contract.ts';
export * as feeds from './feeds/contract.ts';
export * as health from './health/contract.ts';
export * as identity from './identity/contract.ts';
export * as plans from './plans/contract.ts';
export * as qualifications from './qualifications/contract.ts';
export * as strategies from './strategies/contract.ts';
export * as tasks from './tasks/contract.ts';
export * as templates from './templates/contract.ts';
export * as types from './types/contract.ts';
export * as workingHours from './working-hours/contract.ts';
