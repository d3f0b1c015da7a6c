/** The items whose writes are events, each by the name that `SORT_KEYS` in `adapters/dynamodb/keys.ts` gives it. */
export { assetEvents as asset } from '../assets/events.ts';
export { absenceEvents as absence } from '../calendar/events.ts';
export {
  membershipEvents as calendar,
  orgUnitEvents as org_unit,
  removalEvents as removal,
  roleEvents as role,
  userEvents as user,
} from '../identity/events.ts';
export { planEvents as plan } from '../plans/events.ts';
export { qualificationEvents as qualification } from '../qualifications/events.ts';
export { choiceEvents as chosen_strategies, strategyEvents as strategy } from '../scoring/events.ts';
export { taskEvents as task } from '../tasks/events.ts';
export { templateEvents as template } from '../templates/events.ts';
export { taskTypeEvents as task_type } from '../types/events.ts';
