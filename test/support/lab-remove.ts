/** Takes down the lab in the directory given; for a test process that is just ending and cannot wait. */
import { labDown } from '../../src/lab/lab-down.ts';

await labDown(process.argv[2] ?? '');
