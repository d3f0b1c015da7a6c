import { absenceWrites } from '../../adapters/dynamodb/resources/absences.ts';
import { assetWrites } from '../../adapters/dynamodb/resources/assets.ts';
import { batchWrites } from '../../adapters/dynamodb/resources/batches.ts';
import { calendarWrites } from '../../adapters/dynamodb/resources/calendars.ts';
import { decisionWrites } from '../../adapters/dynamodb/resources/decisions.ts';
import { identityWrites } from '../../adapters/dynamodb/resources/directory.ts';
import { feedWrites } from '../../adapters/dynamodb/resources/feeds.ts';
import { planWrites } from '../../adapters/dynamodb/resources/plans.ts';
import { qualificationWrites } from '../../adapters/dynamodb/resources/qualifications.ts';
import { shadowWrites } from '../../adapters/dynamodb/resources/shadows.ts';
import { strategyWrites } from '../../adapters/dynamodb/resources/strategies.ts';
import { signInWrites } from '../../adapters/dynamodb/resources/sign-ins.ts';
import { taskTypeWrites } from '../../adapters/dynamodb/resources/task-types.ts';
import { taskWrites } from '../../adapters/dynamodb/resources/tasks.ts';
import { templateWrites } from '../../adapters/dynamodb/resources/templates.ts';

/** Every kind of change: what no single handler commits, and tests do. */
export const WRITES = {
  ...absenceWrites,
  ...assetWrites,
  ...batchWrites,
  ...calendarWrites,
  ...decisionWrites,
  ...feedWrites,
  ...identityWrites,
  ...planWrites,
  ...qualificationWrites,
  ...shadowWrites,
  ...signInWrites,
  ...strategyWrites,
  ...taskTypeWrites,
  ...taskWrites,
  ...templateWrites,
};
export type Change = Parameters<(typeof WRITES)[keyof typeof WRITES]>[0];
