/** `status` as a table. */
import type { MeshError } from '../error/mesh-error.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import { errorLines } from './text.ts';

/** A row of the table; the fields of operations' HostStatus that are shown. */
export type StatusRow = {
  readonly host: string;
  readonly state: string;
  readonly block: string | undefined;
  readonly underlay: string | undefined;
  readonly revision: number | undefined;
  readonly routes: { readonly present: number; readonly wanted: number } | undefined;
  readonly firewall: string | undefined;
  readonly watcher: boolean | undefined;
  readonly docker: string | undefined;
  readonly containers: number | undefined;
  readonly problems: readonly MeshError[];
};

const HEADINGS = [
  'HOST',
  'STATE',
  'BLOCK',
  'UNDERLAY',
  'ROUTES',
  'FIREWALL',
  'WATCHER',
  'REV',
  'DOCKER',
  'CONTAINERS',
];

function cells(row: StatusRow): readonly string[] {
  const watcher = row.watcher === undefined ? '-' : row.watcher ? 'runs' : 'down';
  const routes = row.routes === undefined ? '-' : `${row.routes.present}/${row.routes.wanted}`;
  const number = (value: number | undefined): string => (value === undefined ? '-' : String(value));
  return [
    row.host,
    row.state,
    row.block ?? '-',
    row.underlay ?? '-',
    routes,
    row.firewall ?? '-',
    watcher,
    number(row.revision),
    row.docker ?? '-',
    number(row.containers),
  ];
}

/** The mesh in one table, and below it what is wrong with each host. */
export function statusLines(
  mesh: { readonly mesh: string; readonly pool: string },
  rows: readonly StatusRow[],
  style: Style,
): readonly string[] {
  const table = renderTable([HEADINGS, ...rows.map(cells)]);
  const problems = rows.flatMap((row) => row.problems.flatMap((problem) => errorLines(problem, style)));
  const [head = '', ...body] = table;
  return [`mesh ${mesh.mesh}  pool ${mesh.pool}`, '', style.bold(head), ...body, ...problems];
}
