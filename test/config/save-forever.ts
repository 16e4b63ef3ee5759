import { ProfileFiles } from '../../src/config/profile-files.js';
import { select } from '../../src/config/select.js';
import type { Texts } from '../../src/config/source.js';

/** Saves another zoom into the file of its argument, again and again, until it is killed. */
const read = (instead?: Texts) => select({ config: [process.argv[2]!] }, instead);
const files = new ProfileFiles(read, await read());
process.send!('saving');
for (let i = 0; ; i++) {
  const profile = await files.patched(files.profile, { view: { left: { zoom: 1 + (i % 800) / 100 } } });
  await files.save(profile);
}
