import type { Asset } from '../assets/asset.ts';
import type { EquipmentViolation } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { isWorking } from '../working-hours/hours.ts';
import { obstaclesIn, type HeldWindow, type ResourceCalendar } from './calendar.ts';
import type { Window } from './window.ts';

/** Every rule about one asset that a window breaks. One that keeps what it holds need not be available any more. */
export const equipmentViolationsOf = ({
  asset,
  calendar,
  window,
  inTheWay,
  isKept,
}: {
  readonly asset: Asset;
  readonly calendar: Pick<ResourceCalendar, 'working_hours'>;
  readonly window: Window | undefined;
  readonly inTheWay: readonly HeldWindow[];
  readonly isKept: boolean;
}): readonly EquipmentViolation[] => {
  const { conflicts, absences } = obstaclesIn(inTheWay.slice(0, LIMITS.conflictsListed));
  const isFit = isKept || isFitFor({ asset, calendar }, window);
  return [
    ...(conflicts.length === 0 ? [] : [{ rule: 'asset_conflict' as const, asset_id: asset.id, conflicts }]),
    ...(isFit && absences.length === 0
      ? []
      : [{ rule: 'asset_unavailable' as const, asset_id: asset.id, needed: 1, available: 0 }]),
  ];
};

/** Whether an asset is in use and in operation at a time, whatever it holds. */
export const isFitFor = (
  {
    asset,
    calendar,
  }: {
    readonly asset: Pick<Asset, 'availability_status'>;
    readonly calendar: Pick<ResourceCalendar, 'working_hours'>;
  },
  window: Window | undefined,
): boolean =>
  asset.availability_status === 'AVAILABLE' && (window === undefined || isWorking(calendar.working_hours, window));

/** The equipment that a violation is about, as a refusal names it. */
export const equipmentNamed = (violation: EquipmentViolation): string =>
  'asset_id' in violation ? `Asset ${violation.asset_id}` : `Each ${violation.asset_type} that could serve`;
