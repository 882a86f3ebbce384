/** `npm run bench [NAME ...]`: runs the benchmarks of these names, or all. Nothing here passes or fails: it prints figures. */
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { type Benchmark, renderTable } from './benchmark.ts';
import { mesh } from './mesh.ts';
import { planning } from './planning.ts';
import { startUp } from './start-up.ts';

const benchmarks: readonly Benchmark[] = [startUp, planning, mesh];

const names = process.argv.slice(2);
const unknown = names.filter((name) => !benchmarks.some((each) => each.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `no benchmark ${unknown.join(', ')}; there is ${benchmarks.map((each) => each.name).join(', ')}\n`,
  );
  process.exit(64);
}

execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
process.stdout.write(`Node ${process.versions.node}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}\n`);
for (const benchmark of benchmarks.filter((each) => names.length === 0 || names.includes(each.name))) {
  process.stdout.write(`\n${benchmark.name}: ${benchmark.question}\n${renderTable(await benchmark.run())}`);
}
