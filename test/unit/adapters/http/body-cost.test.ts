import { describe, expect, it } from 'vitest';
import { BOUNDS, takeIn } from '../../../../bench/bodies.ts';
import { PLACES, shapeNames, type Place } from '../../../../bench/body-shapes.ts';
import { IS_LONG } from '../../../integration/random.ts';

/** Processor time is counted, not the clock; a core that is shared does less in it, so the bound leaves room. */
const ROOM = 5;

const places = Object.keys(PLACES).filter((place): place is Place => place in PLACES);

describe('a body of 4 MB', () => {
  it('costs little processor time and memory, whatever its shape and wherever it stands', async () => {
    const shapes = shapeNames(6, 11).filter((_, at) => IS_LONG || at % 6 === 0);
    const bodies = shapes.map((shape, index) => [places[index % places.length] ?? 'tasks of a batch', shape] as const);
    const figures = await takeIn(bodies);
    expect(figures).toHaveLength(shapes.length);
    // A 500 would be a bug that hid what the body costs.
    expect(figures.filter(({ status, place }) => status >= 500 && place !== 'candidates of a dispatch')).toEqual([]);
    expect(figures.filter(({ cpu_ms }) => cpu_ms > ROOM * BOUNDS.cpuMs)).toEqual([]);
    expect(figures.filter(({ memory_mib }) => memory_mib > BOUNDS.memoryMib)).toEqual([]);
  }, 180_000);
});
