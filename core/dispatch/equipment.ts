import * as z from 'zod';
import type { Asset, Assets } from '../assets/asset.ts';
import type { AssetCalendar, Calendars, Consistency, HeldWindow, Surveyed } from '../calendar/calendar.ts';
import { idOf, obstaclesIn } from '../calendar/calendar.ts';
import { equipmentViolationsOf } from '../calendar/equipment.ts';
import { DomainError, isRefusal, notFound, type Conflict, type EquipmentViolation } from '../errors.ts';
import { distinctListOf, idSchema, optional, referenceSchema, type JsonObject } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import type { RequiredAsset } from '../tasks/demands.ts';
import type { Reading } from '../tasks/rules.ts';
import { heldWindowOf, type Task } from '../tasks/task.ts';

export const assetIdsInput = optional(distinctListOf(referenceSchema, LIMITS.assetsPerTask)).meta({
  description: 'The equipment that the task takes. Left out: what it holds already, else what the service chooses',
});

export const passedOverSchema = z
  .array(z.object({ asset_id: idSchema, reason: z.enum(['asset_conflict', 'asset_unavailable', 'other_chosen']) }))
  .meta({ description: 'Assets that could have served by type and area, and why they do not' });
type PassedOver = z.infer<typeof passedOverSchema>;

/** Equipment for a task, as read: the guard decides from it. */
export interface Equipment {
  readonly asset_ids: string[];
  readonly readings: readonly Reading[];
  /** Demands that nothing could meet. */
  readonly lacking: readonly EquipmentViolation[];
  readonly passed_over: PassedOver;
  /** Whether the service chose: then a rival who was faster leaves others to choose from. */
  readonly isChosen: boolean;
}

interface Ports {
  readonly assets: Pick<Assets, 'findMany' | 'ofTypes'>;
  readonly calendars: Pick<Calendars, 'surveyAssets'>;
}

/** What a request says of equipment, as read: an asset may be missing. Undefined where it says nothing. */
export type Named = readonly { readonly calendar: AssetCalendar; readonly asset: Asset | undefined }[] | undefined;

const NOTHING: Equipment = { asset_ids: [], readings: [], lacking: [], passed_over: [], isChosen: false };

/**
 * Reads the assets that a request names, and their calendars, in one round trip; undefined where it names none.
 */
export const readNamed = async (
  { assets, calendars }: Ports,
  tenantId: string,
  ids: readonly string[] | undefined,
): Promise<Named> => {
  if (ids === undefined) return undefined;
  const [found, surveyed] = await Promise.all([
    assets.findMany(tenantId, ids),
    calendars.surveyAssets(tenantId, ids, undefined, 'strong'),
  ]);
  const byId = new Map(found.map((asset) => [asset.id, asset]));
  return surveyed.map(({ calendar }) => ({ calendar, asset: byId.get(calendar.asset_id) }));
};

/**
 * The equipment with which a task is assigned: what the request names, else what the task holds, else what the service
 * chooses: available, of the type, of the area of the task (of any, when it has none), free in the window; of these the
 * one that holds the fewest windows, then by code. Refuses with `asset_not_found`.
 */
export const equip = async (
  ports: Ports,
  task: Task,
  named: Named,
  consistency: Consistency = 'eventual',
): Promise<Equipment> => {
  if (named !== undefined) return ofNamed(task, named);
  if (task.asset_ids.length > 0) return ofNamed(task, (await readNamed(ports, task.tenant_id, task.asset_ids)) ?? []);
  if (task.required_assets.length === 0) return NOTHING;
  const chosen = await choose(ports, task, consistency);
  // That nothing is to be had is said after a strong look only; what was chosen the guard reads again.
  return chosen.lacking.length > 0 && consistency === 'eventual' ? choose(ports, task, 'strong') : chosen;
};

const ofNamed = ({ required_assets }: Task, named: NonNullable<Named>): Equipment => {
  const readings = named.map(({ calendar, asset }) => {
    if (asset === undefined) throw notFound('asset', calendar.asset_id);
    return { calendar, asset };
  });
  return {
    ...NOTHING,
    asset_ids: readings.map(({ asset }) => asset.id),
    readings,
    lacking: required_assets.flatMap(({ asset_type, quantity }) => {
      const available = readings.filter(({ asset }) => asset.asset_type === asset_type).length;
      return available >= quantity
        ? []
        : [{ rule: 'asset_unavailable' as const, asset_type, needed: quantity, available }];
    }),
  };
};

const choose = async ({ assets, calendars }: Ports, task: Task, consistency: Consistency): Promise<Equipment> => {
  const { required_assets, tenant_id, area_code } = task;
  const window = heldWindowOf(task);
  const types = required_assets.map(({ asset_type }) => asset_type);
  const fitting = (await assets.ofTypes(tenant_id, types))
    .filter(({ region_code }) => area_code === null || region_code === area_code)
    .filter(({ availability_status }) => availability_status === 'AVAILABLE');
  const ids = fitting.map(({ id }) => id);
  const surveyed = await calendars.surveyAssets(tenant_id, ids, window, consistency);
  const byId = new Map(surveyed.map((one) => [one.calendar.asset_id, one]));
  const seen = fitting.flatMap((asset) => {
    const one = byId.get(asset.id);
    if (one === undefined) return [];
    const inTheWay = one.overlapping.filter((held) => idOf(held) !== task.id);
    const violations = equipmentViolationsOf({ asset, calendar: one.calendar, window, inTheWay, isKept: false });
    return [{ asset, ...one, inTheWay, violations }];
  });
  const chosen = required_assets.map((need) => chooseFor(need, seen));
  const taken = new Set(chosen.flatMap(({ readings }) => readings.map(({ asset }) => asset?.id)));
  return {
    asset_ids: chosen.flatMap(({ readings }) => readings.flatMap(({ asset }) => asset?.id ?? [])),
    readings: chosen.flatMap(({ readings }) => readings),
    lacking: chosen.flatMap(({ lacking }) => lacking),
    passed_over: seen
      .filter(({ asset }) => !taken.has(asset.id))
      .map(({ asset, violations: [first] }) => ({
        asset_id: asset.id,
        reason: first?.rule ?? ('other_chosen' as const),
      }))
      .slice(0, LIMITS.scoresKept),
    isChosen: true,
  };
};

interface Seen extends Surveyed<AssetCalendar> {
  readonly asset: Asset;
  readonly inTheWay: readonly HeldWindow[];
  readonly violations: readonly EquipmentViolation[];
}

const chooseFor = (
  { asset_type, quantity }: RequiredAsset,
  seen: readonly Seen[],
): { readonly readings: readonly Reading[]; readonly lacking: readonly EquipmentViolation[] } => {
  const serving = seen.filter(({ asset }) => asset.asset_type === asset_type);
  const free = serving.filter(({ violations }) => violations.length === 0).toSorted(byUseThenCode);
  if (free.length >= quantity)
    return { readings: free.slice(0, quantity).map(({ asset, calendar }) => ({ asset, calendar })), lacking: [] };
  const held = serving.filter(({ violations }) => violations.some(({ rule }) => rule === 'asset_conflict'));
  if (free.length + held.length < quantity) {
    return {
      readings: [],
      lacking: [{ rule: 'asset_unavailable', asset_type, needed: quantity, available: free.length }],
    };
  }
  const conflicts = held.flatMap(({ inTheWay }): readonly Conflict[] => obstaclesIn(inTheWay).conflicts);
  const listed = conflicts.slice(0, LIMITS.conflictsListed);
  return { readings: [], lacking: [{ rule: 'asset_conflict', asset_type, conflicts: listed }] };
};

const byUseThenCode = (a: Seen, b: Seen): number =>
  a.calendar.active_count - b.calendar.active_count || (a.asset.asset_code < b.asset.asset_code ? -1 : 1);

/** What the history says of the equipment; nothing of a task without. */
export const detailOf = ({ asset_ids, passed_over }: Equipment): JsonObject =>
  asset_ids.length === 0 ? {} : { asset_ids, assets_passed_over: passed_over };

/**
 * Runs a booking with equipment. What the service chose and a rival took is no refusal: others may serve, so it is a
 * stale read, after which the choice is made again.
 */
export const withEquipment = async ({ isChosen, lacking }: Equipment, booking: () => Promise<void>): Promise<void> => {
  try {
    await booking();
  } catch (error) {
    const isBeaten =
      isChosen && lacking.length === 0 && (isRefusal(error, 'asset_conflict') || isRefusal(error, 'asset_unavailable'));
    if (!isBeaten) throw error;
    const message = 'An asset that was chosen is taken.';
    throw new DomainError('stale_read', message, { moved: 'asset' }, { cause: error });
  }
};
