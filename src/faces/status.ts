/** `status` as a table. */
import type { HostStatus } from '../plan/status.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import { errorLines } from './text.ts';

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

function cells(row: HostStatus): readonly string[] {
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
  rows: readonly HostStatus[],
  style: Style,
): readonly string[] {
  const table = renderTable([HEADINGS, ...rows.map(cells)]);
  const problems = rows.flatMap((row) => row.problems.flatMap((problem) => errorLines(problem, style)));
  const [head = '', ...body] = table;
  return [`mesh ${mesh.mesh}  pool ${mesh.pool}`, '', style.bold(head), ...body, ...problems];
}
