import type { ComponentType } from 'preact';
import { MyDay } from '../my-day/my-day.tsx';
import { Plan } from '../plan/plan.tsx';
import { Settings } from '../settings/settings.tsx';

/** A page of the board: its name in the address, its title in the navigation. */
export interface PageEntry {
  readonly name: string;
  readonly title: string;
  /** Whoever holds one of these sees it in the navigation. */
  readonly permissions: readonly string[];
  readonly view: ComponentType;
}

/** Every page, in the order of the navigation. */
export const PAGES: readonly PageEntry[] = [
  { name: '', title: 'Board', permissions: ['mission.read'], view: Plan },
  { name: 'my-day', title: 'My day', permissions: ['mission.read', 'mission.field'], view: MyDay },
  {
    name: 'settings',
    title: 'Settings',
    permissions: ['mission.read', 'identity.read', 'registry.read'],
    view: Settings,
  },
];
