import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MeshError } from '../../../src/error/mesh-error.ts';
import { parseAllocationFile, renderAllocationFile } from '../../../src/ipam/allocation-file.ts';

const file = suite('ipam: allocation file');
const lab = { mesh: 'lab', pool: '10.208.0.0/16' };

function refusal(text: string): string {
  try {
    parseAllocationFile(text, 'mesh.allocation.yaml');
  } catch (thrown) {
    if (thrown instanceof MeshError) return `${thrown.code} ${thrown.place}: ${thrown.message}`;
  }
  return 'it was read';
}

file('is written in the given order and reads back the same, whatever the names look like', () => {
  const names = ['web', '10', '1.20', 'true', 'null', '007', 'constructor', '__proto__', 'a.b-c_d'];
  const blocks = new Map(names.map((name, at) => [name, `10.208.${at * 4}.0/22`]));
  const text = renderAllocationFile({ ...lab, blocks }, [...blocks.keys()]);
  const back = parseAllocationFile(text, 'x');
  assert.equal([...back.blocks], [...blocks]);
  assert.is(back.pool, '10.208.0.0/16');
  assert.is(back.mesh, 'lab');
});

file('looks like this', () => {
  const blocks = new Map([['h1', '10.208.0.0/22']]);
  assert.is(
    renderAllocationFile({ ...lab, blocks }, [...blocks.keys()]),
    `# Which host has which block. route-mesh writes this file after each sync; keep it with the inventory.
# To move a host, pin its \`block:\` in the inventory; a block that is changed here is put back.
mesh: lab
pool: 10.208.0.0/16
blocks:
  h1: 10.208.0.0/22
`,
  );
});

file('writes the names that are given and leaves out the others', () => {
  const blocks = new Map([
    ['h2', '10.208.4.0/22'],
    ['gone', '10.208.8.0/22'],
    ['h1', '10.208.0.0/22'],
  ]);
  const text = renderAllocationFile({ ...lab, blocks }, ['h1', 'h2', 'h3']);
  assert.equal([...parseAllocationFile(text, 'x').blocks.keys()], ['h1', 'h2']);
});

file('a mesh without hosts', () => {
  const text = renderAllocationFile({ ...lab, blocks: new Map() }, ['h1']);
  assert.is(parseAllocationFile(text, 'x').blocks.size, 0);
});

const start = 'mesh: lab\npool: 10.208.0.0/16\nblocks:\n';
const wrongTexts: readonly { readonly what: string; readonly text: string; readonly says: RegExp }[] = [
  { what: 'nothing', text: '', says: /yaml:1: .*the file must be a list of `key: value` lines/ },
  { what: 'a merge left open', text: `${start}<<<<<<< ours\n  h1: 10.208.0.0/22\n`, says: /yaml:4: / },
  {
    what: 'a host twice',
    text: `${start}  h1: 10.208.0.0/22\n  h1: 10.208.4.0/22\n`,
    says: /yaml:5: .*unique/,
  },
  { what: 'no pool', text: 'mesh: lab\nblocks: {}\n', says: /yaml:1: .*pool is missing/ },
  {
    what: 'an unknown key',
    text: `${start}  h1: 10.208.0.0/22\nhosts: 3\n`,
    says: /yaml:5: .*unknown key `hosts`/,
  },
  {
    what: 'host bits',
    text: `${start}  h1: 10.208.0.1/22\n`,
    says: /yaml:4: .*blocks\.h1 .*10\.208\.0\.1\/22/,
  },
  { what: 'a block without length', text: `${start}  h1: 10.208.0.0\n`, says: /yaml:4: .*blocks\.h1 / },
  {
    what: 'a block that is a map',
    text: `${start}  h1: {}\n`,
    says: /yaml:4: .*blocks\.h1 is missing or is not text/,
  },
  { what: 'another notation', text: `${start}  h1: 010.208.0.0/22\n`, says: /yaml:4: / },
];

for (const { what, text, says } of wrongTexts) {
  file(`is refused by line: ${what}`, () => {
    assert.match(refusal(text), /^allocation-file mesh\.allocation\.yaml:/);
    assert.match(refusal(text), says);
  });
}

file.run();
