/**
 * Ansible's INI inventory -> statements.
 * https://docs.ansible.com/ansible/latest/collections/ansible/builtin/ini_inventory.html
 */
import type { Statement } from './ansible-tree.ts';
import { parseHostNames } from './host-range.ts';
import { inventoryError, nearest, type Problem } from './problem.ts';
import { parsePythonLiteral } from './python-literal.ts';
import { splitWords } from './shell-words.ts';

const KINDS = ['hosts', 'children', 'vars'] as const;

type Section = { readonly group: string; readonly kind: (typeof KINDS)[number] };

type Read = readonly Statement[] | Problem;

function isProblem(read: Section | Read): read is Problem {
  return 'cure' in read;
}

function parseHeader(line: string, place: string): Section | Problem {
  const match = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/.exec(line);
  if (match === null) {
    const message = `${line} is no section`;
    return { place, message, cure: 'write [group], [group:children] or [group:vars], without spaces' };
  }
  const [, group = '', kind = 'hosts'] = match;
  const known = KINDS.find((one) => one === kind);
  if (known !== undefined) return { group, kind: known };
  const meant = nearest(kind, KINDS) ?? 'children, or vars';
  return { place, message: `[${group}:${kind}]: there is no such section`, cure: `did you mean ${meant}?` };
}

/** A variable where a name belongs. Its value is not shown, for it may be a password. */
function misplaced(line: string, section: string, place: string): Problem {
  const key = line.slice(0, line.indexOf('=')).trim();
  const message = `${section}: ${JSON.stringify(key)} is set where names stand`;
  return { place, message, cure: 'move it below [group:vars], or behind a host’s name' };
}

function parseHostLine(line: string, group: string, place: string): Read {
  const split = splitWords(line, { comments: true });
  if (split.kind === 'open-quote') {
    return { place, message: `a ${split.quote} on this line is left open`, cure: 'close it, or quote it' };
  }
  const [pattern = '', ...assignments] = split.words;
  if (pattern.includes('=')) return misplaced(pattern, `[${group}]`, place);
  const found = parseHostNames(pattern);
  if (found.kind === 'wrong') {
    return { place, message: found.why, cure: 'write a host’s name, or a range such as www[01:50]' };
  }
  const stray = assignments.findIndex((word) => !/^[^=]+=/.test(word));
  if (stray >= 0) {
    // The word is not shown: it may be the second one of a password.
    const message = `${pattern}: word ${stray + 2} of the line is no variable`;
    return { place, message, cure: 'write key=value without spaces, and one host a line' };
  }
  const variables = assignments.map((word): readonly [string, unknown] => {
    const equals = word.indexOf('=');
    return [word.slice(0, equals), parsePythonLiteral(word.slice(equals + 1))];
  });
  const port: typeof variables = found.port === undefined ? [] : [['ansible_port', found.port]];
  return found.names.flatMap((host): readonly Statement[] => [
    { kind: 'member', group, host, place },
    ...[...port, ...variables].map(
      ([key, value]): Statement => ({ kind: 'host-variable', host, key, value, place }),
    ),
  ]);
}

function parseVariableLine(line: string, group: string, place: string): Read {
  const equals = line.indexOf('=');
  if (equals < 1) {
    return { place, message: `[${group}:vars]: a line without "="`, cure: 'write key=value, one a line' };
  }
  const key = line.slice(0, equals).trim();
  const value = parsePythonLiteral(line.slice(equals + 1).trim());
  return [{ kind: 'group-variable', group, key, value, place }];
}

function parseChildLine(line: string, group: string, place: string): Read {
  if (/^[^#\s]+\s*=/.test(line)) return misplaced(line, `[${group}:children]`, place);
  const child = /^([^:\]\s]+)\s*(?:#.*)?$/.exec(line)?.[1];
  if (child === undefined) {
    const message = `[${group}:children]: ${JSON.stringify(line)} is no name of a group`;
    return { place, message, cure: 'write one group a line' };
  }
  return [{ kind: 'child', group, child, place }];
}

function parseLine(line: string, section: Section, place: string): Read {
  switch (section.kind) {
    case 'hosts':
      return parseHostLine(line, section.group, place);
    case 'vars':
      return parseVariableLine(line, section.group, place);
    case 'children':
      return parseChildLine(line, section.group, place);
  }
}

/** Groups that are spoken of and nowhere declared: a slip in the name, mostly. */
function findStrangers(statements: readonly Statement[], declared: ReadonlySet<string>): readonly Problem[] {
  return statements.flatMap((statement): readonly Problem[] => {
    const { kind, place } = statement;
    if (kind !== 'child' && kind !== 'group-variable') return [];
    const name = kind === 'child' ? statement.child : statement.group;
    if (declared.has(name)) return [];
    const meant = nearest(name, [...declared]);
    const message = `[${statement.group}:${kind === 'child' ? 'children' : 'vars'}]: there is no group ${name}`;
    return [{ place, message, cure: meant === undefined ? `add [${name}]` : `did you mean ${meant}?` }];
  });
}

/** Reads the text of a file. Throws MeshError `inventory-syntax` that tells every line that cannot be read. */
export function parseAnsibleIni(text: string, file: string): readonly Statement[] {
  const statements: Statement[] = [];
  const problems: Problem[] = [];
  const declared = new Set(['all', 'ungrouped']);
  let section: Section = { group: 'ungrouped', kind: 'hosts' };
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    const place = `${file}:${index + 1}`;
    if (line === '' || /^[#;]/.test(line)) continue;
    const isHeader = /^\[[^\]]*\]\s*(#.*)?$/.test(line);
    const read = isHeader ? parseHeader(line, place) : parseLine(line, section, place);
    if (isProblem(read)) problems.push(read);
    else if ('kind' in read) {
      section = read;
      if (read.kind !== 'vars') declared.add(read.group);
      statements.push(
        ...(read.kind === 'vars' ? [] : [{ kind: 'group' as const, group: read.group, place }]),
      );
    } else statements.push(...read);
  }
  problems.push(...findStrangers(statements, declared));
  if (problems.length > 0) throw inventoryError('inventory-syntax', problems);
  return statements;
}
