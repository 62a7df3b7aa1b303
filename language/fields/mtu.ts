import * as z from 'zod';
import { filledList } from '../leaf.ts';

export const mtu = {
  schema: filledList(
    z.int().min(1).max(65535).describe('A maximum transmission unit in bytes, such as `1500` or `9001`.'),
    "The virtual interface's MTU is one of these.",
  ),
  providers: ['aws'],
  holds: true,
  normalise: (written: readonly number[]) => [...new Set(written)].sort((a, b) => a - b),
} as const;
