import * as fc from 'fast-check';
import ICAL from 'ical.js';
import { expect, it } from 'vitest';
import { calendarText } from '../../../adapters/ical/calendar.ts';
import type { FeedEvent } from '../../../core/feeds/read.ts';
import { NOW } from '../fakes.ts';
import { windowOn } from '../records.ts';

const event = (patch: Partial<FeedEvent> = {}): FeedEvent => ({
  ...{
    id: 'task-1',
    sequence: 3,
    summary: 'Roof',
    window: windowOn('08:00:00Z', '09:30:00Z'),
    changedAt: NOW,
    ...patch,
  },
});

it('the text of one event', () => {
  expect(calendarText([event()]).split('\r\n')).toEqual([
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//task-center//calendar-feed//EN',
    'NAME:Task Center',
    'X-WR-CALNAME:Task Center',
    'REFRESH-INTERVAL;VALUE=DURATION:PT15M',
    'X-PUBLISHED-TTL:PT15M',
    'BEGIN:VEVENT',
    'UID:task-1@task-center',
    'SEQUENCE:3',
    'DTSTAMP:20260301T070000Z',
    'DTSTART:20260301T080000Z',
    'DTEND:20260301T093000Z',
    'SUMMARY:Roof',
    'LAST-MODIFIED:20260301T070000Z',
    'END:VEVENT',
    'END:VCALENDAR',
  ]);
});

it('a summary comes back as it is, whatever stands in it, and no line is longer than 75 bytes', () => {
  const words = fc.constantFrom('BEGIN:VEVENT', 'END:VCALENDAR', '\n', '\\n', ';', ',', ':', '"', '🚁', 'ü', ' ', '\\');
  const texts = fc
    .array(fc.oneof(words, fc.string({ unit: 'grapheme' })), { maxLength: 60 })
    .map((all) => all.join(''));
  fc.assert(
    fc.property(texts, (summary) => {
      fc.pre(!summary.includes('\r'));
      const text = calendarText([event({ summary }), event({ id: 'task-2' })]);
      const [first, second, ...rest] = new ICAL.Component(ICAL.parse(text)).getAllSubcomponents('vevent');
      expect([first?.getFirstPropertyValue('summary'), second?.getFirstPropertyValue('uid'), rest]).toEqual([
        summary,
        'task-2@task-center',
        [],
      ]);
      for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    }),
  );
});
