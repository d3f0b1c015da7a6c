import { DEMANDED_FIELDS } from '../tasks/demands.ts';
import type { Permission } from '../identity/permission.ts';

/** What stands in the trail of one kind of item. */
export interface Subject {
  /** The kind as the trail names it; that of the item where nothing is said. */
  readonly kind?: string;
  /** What the reads of the kind need: the trail tells nobody more than they may see elsewhere. */
  readonly reader: Permission;
  /** The field that is the id of what was changed. */
  readonly id: string;
  /** The fields that are told. What is not named here stays in the table. */
  readonly fields: readonly string[];
  /** Those of them that are kept as JSON text. */
  readonly documents?: readonly string[];
  /** Fields of which only the change is told, and the name under which. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** Everything that is audited, by the name that `SORT_KEYS` in `adapters/dynamodb/keys.ts` gives the item. */
export const SUBJECTS = {
  tenant: { reader: 'identity.read', id: 'id', fields: ['name', 'bootstrapped'] },
  user: {
    reader: 'identity.read',
    id: 'id',
    fields: ['username', 'is_active', 'role_ids'],
    secrets: { password_hash: 'password' },
  },
  /** Memberships, qualifications and hours are kept with the calendar; what is held in it is the tasks' own. */
  calendar: {
    kind: 'user',
    reader: 'identity.read',
    id: 'user_id',
    fields: ['memberships', 'qualifications', 'working_hours'],
    documents: ['working_hours'],
  },
  /** Of an asset's calendar the hours are its own. */
  asset_calendar: {
    kind: 'asset',
    reader: 'registry.read',
    id: 'asset_id',
    fields: ['working_hours'],
    documents: ['working_hours'],
  },
  role: { reader: 'identity.read', id: 'id', fields: ['name', 'description', 'permissions'] },
  org_unit: { reader: 'identity.read', id: 'id', fields: ['name', 'code', 'parent_id', 'is_active'] },
  qualification: { reader: 'identity.read', id: 'id', fields: ['code', 'name', 'description', 'is_active'] },
  asset: {
    reader: 'registry.read',
    id: 'id',
    fields: ['asset_type', 'asset_code', 'name', 'serial_number', 'detail', 'availability_status', 'region_code'],
    documents: ['detail'],
  },
  task_type: {
    reader: 'mission.read',
    id: 'id',
    fields: [
      'code',
      'name',
      'description',
      'is_active',
      'field_may_accept',
      ...DEMANDED_FIELDS,
      'required_qualifications',
    ],
  },
  template: {
    reader: 'mission.read',
    id: 'id',
    fields: [
      ...['task_type_id', 'template_key', 'name', 'description', 'template_version', 'requires_approval'],
      ...['default_priority', 'default_risk_level', 'default_checklist', 'route_template', 'payload_template'],
      ...['default_payload', 'is_active', ...DEMANDED_FIELDS, 'required_qualifications', 'revision', 'cloned_from'],
    ],
    documents: ['default_checklist', 'route_template', 'payload_template', 'default_payload'],
  },
  strategy: { reader: 'mission.read', id: 'id', fields: ['version', 'weights', 'caps', 'is_retired'] },
  chosen_strategies: { kind: 'strategies', reader: 'mission.read', id: 'tenant_id', fields: ['active', 'shadow'] },
  absence: { reader: 'mission.read', id: 'id', fields: ['user_id', 'asset_id', 'start_at', 'end_at', 'reason'] },
  /** Neither its address nor the hash of its token. */
  feed: { kind: 'calendar_feed', reader: 'mission.read', id: 'id', fields: ['user_id'] },
  plan: { reader: 'mission.read', id: 'id', fields: ['name', 'state', 'request'] },
  task: {
    reader: 'mission.read',
    id: 'id',
    fields: [
      ...['task_type_id', 'template_id', 'template_version', 'template_revision', 'mission_id', 'name', 'description'],
      ...['requires_approval', 'priority', 'risk_level', 'org_unit_id', 'project_code', 'area_code', 'area_geom'],
      ...[
        'field_may_accept',
        'checklist',
        'attachment_count',
        'route_template',
        'payload_template',
        'payload',
        'planned_start_at',
      ],
      ...['planned_end_at', 'state', 'dispatch_mode', 'assigned_to', 'dispatched_by', 'dispatched_at', 'started_at'],
      ...['accepted_at', 'archived_at', 'canceled_at', ...DEMANDED_FIELDS, 'required_qualifications', 'asset_ids'],
    ],
    documents: ['area_geom', 'checklist', 'route_template', 'payload_template', 'payload'],
  },
} as const satisfies Readonly<Record<string, Subject>>;
export type Audited = keyof typeof SUBJECTS;

/** Which permission reads which kind of subject. */
export const READERS: ReadonlyMap<string, Permission> = new Map(
  Object.entries<Subject>(SUBJECTS).map(([item, { kind = item, reader }]) => [kind, reader]),
);
