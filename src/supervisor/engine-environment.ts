import { slowness, slownessVariable } from '../slowness.js';

/**
 * What an engine process is started with. glibc raises the size from which memory is mapped, and given back when freed, to that of the largest piece freed (mallopt(3),
 * M_MMAP_THRESHOLD): frames then come out of one heap a thread, where smaller pieces keep them from being given back, and a process of 128 MB grows to 390 in 480 graph
 * changes with 45 in use (167 where it is fixed). Frames come from pools, so mapping costs nothing while a graph runs. What is set already stays.
 * With how slow this machine is, which all processes of the program know by one measurement.
 */
export function engineEnvironment(inherited: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    MALLOC_MMAP_THRESHOLD_: String(128 * 1024),
    [slownessVariable]: slowness().toFixed(2),
    ...inherited,
  };
}
