import { styleText } from 'node:util';

export interface Output {
  readonly isTTY?: boolean;
  readonly write: (text: string) => unknown;
}

/** Tells a walk through the API on a terminal. Colour only on a terminal that has not declined it (NO_COLOR). */
export interface Narrator {
  /** Says what comes, numbered, and does it. */
  readonly step: <T>(title: string, work: () => Promise<T>) => Promise<T>;
  readonly request: (answer: { readonly method: string; readonly path: string; readonly status: number }) => void;
  readonly say: (sentence: string) => void;
  /** Rows under a head: texts to the left, numbers to the right. */
  readonly table: (head: readonly string[], rows: readonly (readonly (string | number)[])[]) => void;
  readonly counts: () => { readonly steps: number; readonly requests: number };
}

const INDENT = '    ';

export const makeNarrator = (output: Output, environment: Readonly<Record<string, string | undefined>>): Narrator => {
  const isColoured = output.isTTY === true && (environment['NO_COLOR'] ?? '') === '';
  const style = (format: 'bold' | 'dim', text: string): string => (isColoured ? styleText(format, text) : text);
  const line = (text: string): void => {
    output.write(`${text}\n`);
  };
  let steps = 0;
  let requests = 0;

  return {
    step: async (title, work) => {
      steps += 1;
      line(`\n${style('bold', `${String(steps).padStart(2)}. ${title}`)}`);
      return work();
    },
    request: ({ method, path, status }) => {
      requests += 1;
      line(style('dim', `${INDENT}${status} ${method} ${path}`));
    },
    say: (sentence) => line(`${INDENT}${sentence}`),
    table: (head, rows) => {
      const widths = head.map((name, column) =>
        Math.max(name.length, ...rows.map((row) => String(row[column] ?? '').length)),
      );
      const isNumeric = head.map((_, column) => rows.every((row) => typeof row[column] === 'number'));
      const aligned = (cells: readonly (string | number)[]): string =>
        cells
          .map((cell, column) => {
            const width = widths[column] ?? 0;
            return isNumeric[column] === true ? String(cell).padStart(width) : String(cell).padEnd(width);
          })
          .join('  ')
          .trimEnd();
      line(`${INDENT}${style('bold', aligned(head))}`);
      for (const row of rows) line(`${INDENT}${aligned(row)}`);
    },
    counts: () => ({ steps, requests }),
  };
};
