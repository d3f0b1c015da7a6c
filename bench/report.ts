export type Cell = string | number;

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Met when `measured` is `limit` at the most. */
export interface Target {
  readonly name: string;
  readonly measured: number;
  readonly limit: number;
}

/** What one part of the benchmark found. */
export interface Findings {
  readonly tables: readonly Table[];
  readonly targets: readonly Target[];
}

export const isMissed = ({ measured, limit }: Target): boolean => !(measured <= limit);

/** Three significant digits below a thousand; whole numbers above. */
export const rounded = (value: number): number =>
  Math.abs(value) >= 1_000 ? Math.round(value) : Number(value.toPrecision(3));

const shown = (cell: Cell): string => (typeof cell === 'number' ? cell.toLocaleString('en-US') : cell);

/** A table as Markdown, its columns in line; numbers to the right. */
export const tableText = ({ title, columns, rows }: Table): string => {
  const widths = columns.map((column, at) =>
    Math.max(column.length, 4, ...rows.map((row) => shown(row[at] ?? '').length)),
  );
  const isNumeric = columns.map((_, at) => rows.every((row) => typeof row[at] === 'number' || row[at] === ''));
  const line = (cells: readonly Cell[]): string =>
    `| ${cells
      .map((cell, at) =>
        isNumeric[at] === true ? shown(cell).padStart(widths[at] ?? 0) : shown(cell).padEnd(widths[at] ?? 0),
      )
      .join(' | ')} |`;
  const rule = `|${widths.map((width, at) => `${'-'.repeat(width + 1)}${isNumeric[at] === true ? ':' : '-'}`).join('|')}|`;
  return [title, '', line(columns), rule, ...rows.map(line)].join('\n');
};

/** What was missed and by how much, or that all was met. */
export const verdictOf = (targets: readonly Target[]): string => {
  const missed = targets.filter(isMissed);
  if (missed.length === 0) return `All ${targets.length} targets are met.`;
  const lines = missed.map(({ name, measured, limit }) => {
    const excess = limit === 0 ? '' : `, ${rounded((100 * (measured - limit)) / limit)} % over`;
    return `  ${name}: ${rounded(measured)} instead of at most ${rounded(limit)}${excess}`;
  });
  return [`${missed.length} of ${targets.length} targets are missed:`, ...lines].join('\n');
};
