import type { Asset } from '../../core/assets/asset.ts';
import { saidBy } from '../../core/tasks/demands.ts';
import type { AssetCalendar, Absence, Calendar, HeldWindow } from '../../core/calendar/calendar.ts';
import type { Window } from '../../core/calendar/window.ts';
import type { OrgUnit, Role, User } from '../../core/identity/directory.ts';
import type { Qualification } from '../../core/qualifications/qualification.ts';
import type { TenantStrategy } from '../../core/scoring/strategies.ts';
import type { Plan } from '../../core/plans/plan.ts';
import { STRATEGY_V2_0 } from '../../core/scoring/strategy.ts';
import { ENGINE, type Decision } from '../../core/dispatch/decision.ts';
import type { Attachment, Comment } from '../../core/tasks/remarks.ts';
import type { Task } from '../../core/tasks/task.ts';
import type { Template } from '../../core/templates/template.ts';
import { parseInstant, type Instant } from '../../core/time/instant.ts';
import type { TaskType } from '../../core/types/task-type.ts';

/** Whole records, of which a test names the fields it is about. */

export const instant = (text: string): Instant => {
  const read = parseInstant(text);
  if (read === undefined) throw new Error(`${text} is no instant`);
  return read;
};

export const T0 = instant('2026-03-01T06:00:00Z');

/** A window on 1 March 2026, from and to a time of that day. */
export const windowOn = (from: string, to: string): Window => ({
  start: instant(`2026-03-01T${from}`),
  end: instant(`2026-03-01T${to}`),
});

export const scheduled = (from: string, to: string): Pick<Task, 'planned_start_at' | 'planned_end_at'> => {
  const { start, end } = windowOn(from, to);
  return { planned_start_at: start, planned_end_at: end };
};

export const task = (patch: Partial<Task> = {}): Task => ({
  id: 'task-1',
  tenant_id: 'tenant-1',
  task_type_id: 'type-1',
  template_id: null,
  template_version: null,
  template_revision: null,
  given: [],
  payload_given: [],
  mission_id: null,
  name: 'Inspect the line',
  description: null,
  requires_approval: false,
  field_may_accept: false,
  priority: 5,
  risk_level: 3,
  org_unit_id: null,
  project_code: null,
  area_code: null,
  area_geom: null,
  checklist: [],
  first_attachments: [],
  attachment_count: 0,
  route_template: {},
  payload_template: {},
  payload: {},
  required_qualifications: [],
  qualifications_of_type: [],
  qualifications_given: [],
  planned_start_at: null,
  planned_end_at: null,
  buffer_before_minutes: 0,
  buffer_after_minutes: 0,
  required_assets: [],
  demanded_by: {},
  asset_ids: [],
  state: 'DRAFT',
  dispatch_mode: null,
  assigned_to: null,
  dispatched_by: null,
  dispatched_at: null,
  started_at: null,
  accepted_at: null,
  archived_at: null,
  canceled_at: null,
  created_by: 'creator',
  created_at: T0,
  updated_at: T0,
  version: 1,
  remarks: 0,
  ...patch,
});

export const taskType = (patch: Partial<TaskType> = {}): TaskType => ({
  id: 'type-1',
  tenant_id: 'tenant-1',
  code: 'INSPECT',
  name: 'Inspection',
  description: null,
  is_active: true,
  field_may_accept: false,
  ...saidBy({}),
  required_qualifications: [],
  created_by: 'creator',
  created_at: T0,
  updated_at: T0,
  version: 1,
  ...patch,
});

export const qualification = (patch: Partial<Qualification> = {}): Qualification => ({
  id: 'qualification-1',
  tenant_id: 'tenant-1',
  code: 'UAV-A2',
  name: 'Remote pilot A2',
  description: null,
  is_active: true,
  created_by: 'creator',
  created_at: T0,
  updated_at: T0,
  version: 1,
  ...patch,
});

export const template = (patch: Partial<Template> = {}): Template => ({
  id: 'template-1',
  tenant_id: 'tenant-1',
  task_type_id: 'type-1',
  template_key: 'line',
  name: 'Line',
  description: null,
  template_version: 'v2',
  requires_approval: false,
  default_priority: 5,
  default_risk_level: 3,
  default_checklist: [],
  route_template: {},
  payload_template: {},
  default_payload: {},
  is_active: true,
  ...saidBy({}),
  required_qualifications: [],
  revision: 1,
  version: 1,
  cloned_from: null,
  created_by: 'creator',
  created_at: T0,
  updated_at: T0,
  ...patch,
});

export const orgUnit = (patch: Partial<OrgUnit> = {}): OrgUnit => ({
  id: 'unit-1',
  tenant_id: 'tenant-1',
  name: 'North',
  code: 'NORTH',
  parent_id: null,
  is_active: true,
  created_at: T0,
  version: 1,
  ...patch,
});

export const user = (patch: Partial<User> = {}): User => ({
  id: 'user-1',
  tenant_id: 'tenant-1',
  username: 'ada',
  is_active: true,
  created_at: T0,
  password_hash: 'hash',
  role_ids: [],
  token_epoch: 1,
  version: 1,
  ...patch,
});

export const role = (patch: Partial<Role> = {}): Role => ({
  id: 'role-1',
  tenant_id: 'tenant-1',
  name: 'planner',
  description: null,
  permissions: [],
  created_at: T0,
  holders: 0,
  active_holders: 0,
  version: 1,
  ...patch,
});

export const asset = (patch: Partial<Asset> = {}): Asset => ({
  id: 'asset-1',
  tenant_id: 'tenant-1',
  asset_type: 'UAV',
  asset_code: 'UAV-1',
  name: 'Drone',
  serial_number: null,
  detail: {},
  availability_status: 'AVAILABLE',
  region_code: null,
  created_at: T0,
  updated_at: T0,
  version: 1,
  ...patch,
});

export const calendar = (patch: Partial<Calendar> = {}): Calendar => ({
  tenant_id: 'tenant-1',
  user_id: 'user-1',
  version: 1,
  active_count: 0,
  is_active: true,
  memberships: [],
  working_hours: null,
  qualifications: [],
  recent: [],
  ...patch,
});

export const assetCalendar = (patch: Partial<AssetCalendar> = {}): AssetCalendar => ({
  tenant_id: 'tenant-1',
  asset_id: 'asset-1',
  version: 0,
  active_count: 0,
  working_hours: null,
  recent: [],
  ...patch,
});

export const held = (taskId: string, window: Window, name = `Task ${taskId}`): HeldWindow => ({
  task_id: taskId,
  name,
  state: 'DISPATCHED',
  window,
});

export const attachment = (patch: Partial<Attachment> = {}): Attachment => ({
  id: 'attachment-1',
  name: 'Plan',
  url: 'https://files.example/plan.pdf',
  media_type: null,
  size_bytes: null,
  created_by: 'creator',
  created_at: T0,
  ...patch,
});

export const comment = (patch: Partial<Comment> = {}): Comment => ({
  id: 'comment-1',
  content: 'Mind the gap',
  created_by: 'creator',
  created_at: T0,
  ...patch,
});

export const absence = (patch: Partial<Absence> = {}): Absence => ({
  id: 'absence-1',
  user_id: 'user-1',
  asset_id: null,
  start_at: instant('2026-03-01T08:00:00Z'),
  end_at: instant('2026-03-01T10:00:00Z'),
  reason: null,
  created_by: 'creator',
  created_at: T0,
  ...patch,
});

export const strategy = (): TenantStrategy => ({
  id: 'strategy-1',
  tenant_id: 'tenant-1',
  version: 'v3',
  weights: STRATEGY_V2_0.weights,
  caps: STRATEGY_V2_0.caps,
  is_retired: false,
  created_by: 'creator',
  created_at: T0,
});

export const decision = (patch: Partial<Decision> = {}): Decision => ({
  id: 'decision-1',
  tenant_id: 'tenant-1',
  task_id: 'task-1',
  made_at: T0,
  actor_id: 'creator',
  engine_version: ENGINE,
  strategy: STRATEGY_V2_0,
  task: { priority: 5, risk_level: 3, is_scheduled: true, available_assets: 1 },
  candidates: [{ user_id: 'user-1', active_assignments: 0, is_member: false, overlaps: 0 }],
  selected_user_id: 'user-1',
  became_busy: [],
  ranking: [['user-1', 66.5]],
  shadow: null,
  equipment: { asset_ids: [], passed_over: [] },
  ...patch,
});

export const plan = (patch: Partial<Plan> = {}): Plan => ({
  ...{ id: 'plan-1', tenant_id: 'tenant-1', name: 'Monday', state: 'QUEUED' },
  request: { tasks: 1, candidates: 2, may_reassign: false, move_cost: 10, strategy_id: null, effort: 'quick' },
  ...{ progress: null, outcome: null, committed_tasks: 0, failure: null, cancel_requested_at: null },
  ...{ started_at: null, run_id: null, created_by: 'user-9', created_at: T0, updated_at: T0, version: 1 },
  ...patch,
});
