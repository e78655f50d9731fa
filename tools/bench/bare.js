// The script that the action is compared with: one request and one output, without any error handling.
import { appendFileSync } from 'node:fs';

const response = await fetch(process.env.BENCH_URL, {
  method: 'PATCH',
  headers: { authorization: `Bearer ${process.env.BENCH_TOKEN}`, 'content-type': 'application/json' },
  body: '{"status":"accepted"}',
});
const { result } = await response.json();
appendFileSync(process.env.GITHUB_OUTPUT, `status=${result.status}\n`);
