/** Room for what a sync writes, by `df -P -k`; the format is POSIX's. */
import { type Fact, unreadable } from './fact.ts';
import type { Facts } from './model.ts';

const SECTION = 'storage';

const command = `
df -P -k /var/lib /etc
`;

/** The name of the file system may hold spaces; the columns are counted from its sizes on. */
function parseFree(line: string | undefined): number {
  const kilobytes = /\s\d+\s+\d+\s+(-?\d+)\s+(?:-?\d+%|-)\s+\//.exec(line ?? '')?.[1];
  if (kilobytes === undefined) throw unreadable(SECTION, line ?? '', 'a file system of `df -P -k`');
  return Math.max(0, Number(kilobytes)) * 1024;
}

function parse(lines: readonly string[]): Facts['freeBytes'] {
  const [, varLib, etc] = lines;
  return { varLib: parseFree(varLib), etc: parseFree(etc) };
}

export const storageFact: Fact<Facts['freeBytes']> = { section: SECTION, command, parse };
