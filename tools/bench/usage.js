// Loaded before the action where its use of the machine is measured: leaves that behind as JSON.
import { writeFileSync } from 'node:fs';

process.on('exit', () => writeFileSync(process.env.BENCH_USAGE, JSON.stringify(process.resourceUsage())));
