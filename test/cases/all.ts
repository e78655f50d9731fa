import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Case } from './case.ts';

const files = (await readdir(import.meta.dirname)).filter((file) => /^[a-z-]+\.ts$/.test(file) && file !== 'all.ts');
const modules: readonly { readonly cases?: readonly Case[] }[] = await Promise.all(
  files.map((file) => import(join(import.meta.dirname, file))),
);

/** The cases of every file in this folder. */
export const CASES: readonly Case[] = modules.flatMap(({ cases = [] }) => cases);
