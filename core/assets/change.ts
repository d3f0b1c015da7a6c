import type { Call } from '../call.ts';
import type { Affected } from '../calendar/affected.ts';
import type { Calendars } from '../calendar/calendar.ts';
import { affectedByAsset } from '../calendar/own-rules.ts';
import type { Commit } from '../commit.ts';
import type { Retry } from '../retry.ts';
import { hasAlready } from '../same.ts';
import type { Clock } from '../time/instant.ts';
import type { AssetChanged, AssetCreated } from './changes.ts';
import type { Asset, AssetDraft, AssetPatch, Assets, AvailabilityDraft } from './asset.ts';

/** Registers an asset: available, in no region. Refuses with `duplicate` when the tenant has one of the type with the code. */
export const makeCreateAsset =
  ({
    commit,
    clock,
    newId,
  }: {
    readonly commit: Commit<AssetCreated>;
    readonly clock: Clock;
    readonly newId: () => string;
  }) =>
  async (call: Call, draft: AssetDraft): Promise<Asset> => {
    const at = clock();
    const asset: Asset = {
      id: newId(),
      tenant_id: call.tenantId,
      asset_type: draft.asset_type,
      asset_code: draft.asset_code,
      name: draft.name,
      serial_number: draft.serial_number ?? null,
      detail: draft.detail ?? {},
      availability_status: 'AVAILABLE',
      region_code: null,
      created_at: at,
      updated_at: at,
      version: 1,
    };
    await commit(call, [{ kind: 'asset_created', asset }], asset);
    return asset;
  };

interface Ports {
  readonly assets: Pick<Assets, 'get'>;
  readonly commit: Commit<AssetChanged>;
  readonly retry: Retry;
  readonly clock: Clock;
}

/**
 * Says whether an asset can be used, and where it is; a region left out stays as it was, null clears it. What it holds
 * stays held, and is told where it can no longer serve.
 */
export const makeSetAvailability =
  ({ calendars, ...ports }: Ports & { readonly calendars: Pick<Calendars, 'held' | 'open' | 'surveyAssets'> }) =>
  (call: Call, assetId: string, draft: AvailabilityDraft): Promise<Asset & Affected> => {
    const { availability_status, region_code, validate_only = false } = draft;
    const content = { availability_status, ...(region_code === undefined ? {} : { region_code }) };
    return makeChange(ports)({ ...call, validateOnly: validate_only }, assetId, content, async (before, after) => {
      const [surveyed] = await calendars.surveyAssets(call.tenantId, [assetId], undefined, 'strong');
      const { calendar } = surveyed ?? { calendar: { working_hours: null } };
      const now = ports.clock();
      return affectedByAsset(calendars, { asset: before, calendar }, { asset: after, calendar }, now);
    });
  };

/** Changes what an asset is called and what is known of it. Its type and code never change. */
export const makeChangeAsset = (ports: Ports) => {
  const change = makeChange(ports);
  return (call: Call, assetId: string, { name, serial_number, detail }: AssetPatch): Promise<Asset> =>
    change(
      call,
      assetId,
      {
        ...(name === undefined ? {} : { name }),
        ...(serial_number === undefined ? {} : { serial_number }),
        ...(detail === undefined ? {} : { detail }),
      },
      async () => ({}),
    );
};

const makeChange =
  ({ assets, commit, retry, clock }: Ports) =>
  <More extends object>(
    call: Call,
    assetId: string,
    content: Partial<Asset>,
    moreOf: (before: Asset, after: Asset) => Promise<More>,
  ): Promise<Asset & More> =>
    retry(async () => {
      const before = await assets.get(call.tenantId, assetId);
      const isThere = hasAlready(before, content);
      const after: Asset = isThere
        ? before
        : { ...before, ...content, updated_at: clock(), version: before.version + 1 };
      const answer = { ...after, ...(await moreOf(before, after)) };
      await commit(call, isThere ? [] : [{ kind: 'asset_changed', before, after }], answer);
      return answer;
    });
