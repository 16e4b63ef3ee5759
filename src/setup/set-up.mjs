/** Debian packages, node modules, build: what is missing of them and no more. */
import { outOfDate } from './build.mjs';
import { installPackages, packagesAreThere } from './install-packages.mjs';
import { installModules, modulesAreCurrent } from './modules.mjs';
import { oneAtATime } from './one-at-a-time.mjs';
import { keepingOwner, requireWritable } from './ownership.mjs';
import { endStepsOnSignals } from './step.mjs';

/** @param {{ packages: import('./packages.mjs').Requirement['for'][], build: Parameters<typeof outOfDate>[0] }} needs */
export async function setUp({ packages, build }) {
  const ready = () => packagesAreThere(packages) && modulesAreCurrent() && outOfDate(build) === null;
  if (ready()) return;
  const leaveSignals = endStepsOnSignals();
  await oneAtATime(async () => {
    // Another set-up may have done it meanwhile.
    if (ready()) return;
    requireWritable();
    await keepingOwner(async () => {
      await installPackages(packages);
      await installModules();
      await outOfDate(build)?.();
    });
  });
  leaveSignals();
}
