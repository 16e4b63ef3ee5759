import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { giveTo, keepingOwner, ownerBesidesRoot, unwritable, userName } from '../../src/setup/ownership.mjs';

const asRoot = userInfo().uid === 0;
/** nobody, on Debian. */
const other = 65_534;
const module = new URL('../../src/setup/ownership.mjs', import.meta.url).href;

describe('whose files a checkout holds', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'binocle-checkout-'));
    mkdirSync(join(root, 'dist', 'src'), { recursive: true });
    writeFileSync(join(root, 'dist', 'src', 'a.js'), '');
    mkdirSync(join(root, 'node_modules'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  /** What the user `other` is told. */
  const told = () => {
    const program = `const { requireWritable } = await import(${JSON.stringify(module)});
      try { requireWritable(${JSON.stringify(root)}); } catch (error) { console.log([error.message, error.mend, error.status].join('\\n')); }`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      encoding: 'utf8',
      uid: other,
      gid: other,
      cwd: '/',
    });
    assert.equal(stderr, '');
    return stdout.trim();
  };
  const giveAll = () => {
    for (const path of ['.', 'dist', 'dist/src', 'dist/src/a.js', 'node_modules'])
      chownSync(join(root, path), other, other);
  };

  test('one’s own is no trouble', () => assert.equal(unwritable(root), null));

  test('another’s, deep inside: which, whose, and the mend', { skip: !asRoot && 'needs root' }, () => {
    giveAll();
    assert.equal(told(), '');
    chownSync(join(root, 'dist', 'src', 'a.js'), 0, 0);
    assert.equal(
      told(),
      [
        `${root}/dist/src/a.js belongs to root, and you are nobody. Run this line, then again what you ran:`,
        `sudo chown -R nobody: ${root}`,
        '3',
      ].join('\n'),
    );
  });

  test('a checkout that is another’s altogether', { skip: !asRoot && 'needs root' }, () => {
    chmodSync(root, 0o755);
    assert.match(told(), new RegExp(`^${root} belongs to root, `));
  });

  test('one’s own that is protected against writing', { skip: asRoot && 'nothing is protected against root' }, () => {
    chmodSync(join(root, 'dist', 'src', 'a.js'), 0o444);
    assert.equal(unwritable(root), join(root, 'dist', 'src', 'a.js'));
  });

  test('links are not followed', () => {
    symlinkSync('/etc', join(root, 'dist', 'elsewhere'));
    symlinkSync('nowhere', join(root, 'dist', 'broken'));
    assert.equal(unwritable(root), null);
  });

  test(
    'what root makes in another’s checkout is theirs, also where the work fails',
    { skip: !asRoot && 'needs root' },
    async () => {
      assert.equal(ownerBesidesRoot(root), null);
      giveAll();
      assert.deepEqual(ownerBesidesRoot(root), { uid: other, gid: other, name: userName(other) });
      const work = async () => {
        mkdirSync(join(root, '.cache', 'log'), { recursive: true });
        writeFileSync(join(root, '.cache', 'log', 'x.log'), '');
        symlinkSync('/etc/passwd', join(root, 'node_modules', 'link'));
        throw new Error('broken off');
      };
      await assert.rejects(keepingOwner(work, root), /broken off/);
      for (const path of ['.cache', '.cache/log', '.cache/log/x.log', 'node_modules/link'])
        assert.equal(lstatSync(join(root, path)).uid, other, path);
      assert.equal(lstatSync('/etc/passwd').uid, 0);
    },
  );

  test('a third user’s files stay theirs', { skip: !asRoot && 'needs root' }, () => {
    lchownSync(join(root, 'dist', 'src', 'a.js'), 12_345, 12_345);
    giveTo({ uid: other, gid: other }, root);
    assert.equal(lstatSync(join(root, 'dist', 'src', 'a.js')).uid, 12_345);
    assert.equal(lstatSync(join(root, 'dist')).uid, other);
  });
});

test('names of users', () => {
  const passwd = 'root:x:0:0:root:/root:/bin/bash\npi:x:1000:1000::/home/pi:/bin/bash\n';
  assert.equal(userName(1000, passwd), 'pi');
  assert.equal(userName(1001, passwd), 'user 1001');
});
