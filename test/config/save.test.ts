import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, lstat, mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ProfileFiles } from '../../src/config/profile-files.js';
import { select, type Selection } from '../../src/config/select.js';
import type { Texts } from '../../src/config/source.js';
import { packagePath } from '../../src/paths.js';
import { withFiles } from './folder.js';

async function filesOf(selection: Selection): Promise<ProfileFiles> {
  const read = (instead?: Texts) => select(selection, instead);
  return new ProfileFiles(read, await read());
}

/** Files of a folder, opened with `-c` in this order. */
function opened(folder: string, config: string[], rest: Selection = {}): Promise<ProfileFiles> {
  return filesOf({ ...rest, config: config.map((name) => join(folder, name)) });
}

const text = (folder: string, name: string) => readFile(join(folder, name), 'utf8');

test('each key goes into the last file that writes it, else into the last file; nothing else of them changes', async () => {
  const files = {
    'a.yaml':
      '# first\nprofiles:\n  default:\n    view: { left: { zoom: 1.1 } } # left\n    encode: { bitrate_mbps: 3 }\n',
    'b.yaml': '# second\nprofiles:\n  default: { encode: { bitrate_mbps: 4 } } # b\n  other: { layout: tab }\n',
  };
  await withFiles(files, async (folder) => {
    const opening = await opened(folder, ['a.yaml', 'b.yaml']);
    const profile = await opening.patched(opening.profile, {
      view: { left: { zoom: 1.3 } },
      encode: { bitrate_mbps: 5, qp_max: 40 },
    });
    const saved = await opening.save(profile);
    assert.deepEqual(saved.keys.toSorted(), ['encode.bitrate_mbps', 'encode.qp_max', 'view.left.zoom']);
    assert.equal(await text(folder, 'a.yaml'), files['a.yaml'].replace('1.1', '1.3'));
    const b = await text(folder, 'b.yaml');
    assert.ok(b.startsWith('# second\nprofiles:\n  default: { encode: { bitrate_mbps: 5'), b);
    assert.ok(b.endsWith('# b\n  other: { layout: tab }\n'), b);
    assert.deepEqual((await opened(folder, ['a.yaml', 'b.yaml'])).profile, profile);
    assert.deepEqual(opening.unsaved(profile), []);
  });
});

test('a key that goes back to its default is taken away, or null where an earlier file would show through', async () => {
  const files = {
    'a.yaml': 'profiles: { default: { encode: { qp_min: 10, qp_max: 30 } } }\n',
    'b.yaml': 'profiles: { default: { encode: { qp_max: 40 } } }\n',
  };
  await withFiles(files, async (folder) => {
    const opening = await opened(folder, ['a.yaml', 'b.yaml']);
    const profile = await opening.patched(opening.profile, { encode: { qp_min: null, qp_max: null } });
    await opening.save(profile);
    const { encode } = (await opened(folder, ['a.yaml', 'b.yaml'])).profile;
    assert.deepEqual([encode.qp_min, encode.qp_max], [undefined, undefined]);
  });
});

test('a calibration from a file goes back into that file', async () => {
  const K = '[500, 0, 320, 0, 500, 240, 0, 0, 1]';
  const files = {
    'a.yaml': 'profiles: { default: { calibration: { file: c.yaml } } }\n',
    'c.yaml': `# ours\nmodel: pinhole\nsize: [640, 480]\nleft: { K: ${K}, D: [] } # left\nright: { K: ${K}, D: [] }\n`,
  };
  await withFiles(files, async (folder) => {
    const opening = await opened(folder, ['a.yaml']);
    const profile = await opening.patched(opening.profile, { calibration: { left: { D: [-0.1, 0, 0, 0] } } });
    const saved = await opening.save(profile);
    assert.equal(saved.file, join(folder, 'c.yaml'));
    assert.equal(await text(folder, 'a.yaml'), files['a.yaml']);
    assert.match(await text(folder, 'c.yaml'), /^# ours\nmodel: pinhole\nsize: \[640, 480\]\nleft: .*-0\.1.*# left\n/);
    assert.deepEqual((await opened(folder, ['a.yaml'])).profile, profile);
  });
});

test('a patch that names a calibration file takes all of it', async () => {
  const K = '[500, 0, 320, 0, 500, 240, 0, 0, 1]';
  const calibration = `model: fisheye\nsize: [640, 480]\nleft: { K: ${K}, D: [0, 0, 0, 0] }\nright: { K: ${K}, D: [0, 0, 0, 0] }\n`;
  await withFiles({ 'a.yaml': '', 'c.yaml': calibration }, async (folder) => {
    const opening = await opened(folder, ['a.yaml']);
    const first = await opening.patched(opening.profile, { calibration: { file: join(folder, 'c.yaml') } });
    assert.equal(first.calibration.model, 'fisheye');
    assert.equal(first.calibration.file, undefined);
    const second = await opening.patched(first, { calibration: { file: join(folder, 'c.yaml') } });
    assert.deepEqual(second, first);
  });
});

test('what two profiles share stays as it is for the other one', async () => {
  const shared =
    'profiles:\n  default:\n    view: &view { left: { zoom: 1.1 } }\n  night:\n    view: *view\n    layout: tab\n';
  await withFiles({ 'a.yaml': shared }, async (folder) => {
    const opening = await opened(folder, ['a.yaml']);
    await opening.save(await opening.patched(opening.profile, { view: { left: { zoom: 2 } } }));
    const { configuration } = await select({ config: [join(folder, 'a.yaml')] });
    assert.equal(configuration.profiles['default']!.view.left.zoom, 2);
    assert.equal(configuration.profiles['night']!.view.left.zoom, 1.1);
  });
});

test('without a file of the user’s: saved in the state folder, for its owner alone, and found again at the next start', async () => {
  await withFiles({}, async (folder) => {
    const set = [`state_dir=${join(folder, 'state')}`];
    await mkdir(join(folder, 'state'));
    const opening = await filesOf({ set });
    const profile = await opening.patched(opening.profile, { encode: { bitrate_mbps: 6 } });
    const { file } = await opening.save(profile);
    assert.equal(file, join(folder, 'state', 'camera_profiles.yaml'));
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.deepEqual((await filesOf({ set })).profile, profile);
    assert.equal(
      (await filesOf({ set, config: [packagePath('config', 'camera_profiles.yaml')] })).profile.encode.bitrate_mbps,
      4,
    );
    await opening.save(await opening.patched(profile, { encode: { bitrate_mbps: null } }));
    assert.deepEqual(
      (await filesOf({ set })).profile,
      (await filesOf({ set, config: [packagePath('config', 'camera_profiles.yaml')] })).profile,
    );
  });
});

test('mode, owner and symbolic link are kept; a file that may not be written is not', async () => {
  await withFiles({ 'real/a.yaml': 'profiles: { default: { layout: sbs } }\n' }, async (folder) => {
    await symlink(join(folder, 'real', 'a.yaml'), join(folder, 'link.yaml'));
    await chmod(join(folder, 'real', 'a.yaml'), 0o640);
    const before = await stat(join(folder, 'real', 'a.yaml'));
    const opening = await opened(folder, ['link.yaml']);
    await opening.save(await opening.patched(opening.profile, { layout: 'tab' }));
    const after = await stat(join(folder, 'real', 'a.yaml'));
    assert.deepEqual([after.mode, after.uid, after.gid], [before.mode, before.uid, before.gid]);
    assert.ok((await lstat(join(folder, 'link.yaml'))).isSymbolicLink());
    assert.match(await text(folder, 'real/a.yaml'), /layout: tab/);
    assert.deepEqual(await readdir(join(folder, 'real')), ['a.yaml']);
  });
});

test('a file that somebody changed since it was read is not overwritten', async () => {
  await withFiles({ 'a.yaml': 'profiles: { default: { layout: sbs } }\n' }, async (folder) => {
    const opening = await opened(folder, ['a.yaml']);
    const profile = await opening.patched(opening.profile, { layout: 'tab' });
    await writeFile(join(folder, 'a.yaml'), '# theirs\n');
    await assert.rejects(opening.save(profile), (error: { reason?: string }) => error.reason === 'stale-revision');
    assert.equal(await text(folder, 'a.yaml'), '# theirs\n');
    assert.deepEqual(await readdir(folder), ['a.yaml']);
  });
});

test('killed in the middle of saving, at any moment, the file is whole: all of an old text or all of a new one', async () => {
  const long = Array.from({ length: 3000 }, (_, i) => `# line ${String(i)} of a long file\n`).join('');
  const first = `profiles: { default: { view: { left: { zoom: 1 } } } }\n${long}`;
  await withFiles({ 'a.yaml': first }, async (folder) => {
    const whole = /^profiles: \{ default: \{ view: \{ left: \{ zoom: [\d.]+ \} \} \} \}\n/;
    let changed = 0;
    for (let round = 0; round < 6; round++) {
      const before = await text(folder, 'a.yaml');
      const child = fork(packagePath('dist', 'test', 'config', 'save-forever.js'), [join(folder, 'a.yaml')]);
      await once(child, 'message');
      // Some saves later, wherever it is then.
      await new Promise((resolve) => setTimeout(resolve, 3 + round * 15));
      child.kill('SIGKILL');
      await once(child, 'exit');
      const after = await text(folder, 'a.yaml');
      assert.match(after, whole);
      assert.equal(after.replace(whole, ''), long);
      if (after !== before) changed += 1;
    }
    assert.ok(changed > 0, 'it was saving');
    const opening = await opened(folder, ['a.yaml']);
    await opening.save(await opening.patched(opening.profile, { view: { left: { zoom: 9 } } }));
    assert.deepEqual(await readdir(folder), ['a.yaml'], 'what a crash left behind is gone with the next save');
  });
});
