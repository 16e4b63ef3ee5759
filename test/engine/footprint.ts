import { readdirSync, readFileSync } from 'node:fs';

export interface Footprint {
  threads: number;
  descriptors: number;
  residentMb: number;
}

/** A process as the kernel sees it. */
export function footprint(pid: number): Footprint {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    threads: readdirSync(`/proc/${pid}/task`).length,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    residentMb: Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024,
  };
}

/** The least of each at as many `readings`: what goes may take a moment to be gone. */
export async function settled(pid: number, readings: number, next: () => Promise<unknown>): Promise<Footprint> {
  const least = footprint(pid);
  for (let i = 0; i < readings; i++) {
    await next();
    const now = footprint(pid);
    least.threads = Math.min(least.threads, now.threads);
    least.descriptors = Math.min(least.descriptors, now.descriptors);
    least.residentMb = Math.min(least.residentMb, now.residentMb);
  }
  return least;
}
