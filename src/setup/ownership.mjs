/** Whose files these are: what another user made here cannot be made again, and what root makes in somebody's checkout is given to them. */
import { accessSync, constants, lchownSync, lstatSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from './places.mjs';
import { say, StepFailed } from './step.mjs';

/** What set-up makes in a checkout, and how deep it is looked into: modules are replaced whole. */
const made = { dist: Infinity, '.cache': Infinity, node_modules: 2 };

/** @param {string} path @param {number} depth @returns {Generator<string>} the path and what is below it, links not followed */
function* entriesBelow(path, depth) {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return;
  yield path;
  if (!stat.isDirectory() || depth <= 0) return;
  let names;
  try {
    names = readdirSync(path);
  } catch {
    // A folder that may not be read is told of by itself.
    return;
  }
  for (const name of names) yield* entriesBelow(join(path, name), depth - 1);
}

/** @param {string} path */
function writable(path) {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return true;
  try {
    accessSync(
      path,
      stat.isDirectory() ? constants.R_OK | constants.W_OK | constants.X_OK : constants.R_OK | constants.W_OK,
    );
    return true;
  } catch {
    return false;
  }
}

/** The first of what set-up writes that this user cannot write. @param {string} root of the checkout @returns {string | null} */
export function unwritable(root = packageRoot) {
  if (!writable(root)) return root;
  for (const [name, depth] of Object.entries(made))
    for (const path of entriesBelow(join(root, name), depth)) if (!writable(path)) return path;
  return null;
}

/** @throws {StepFailed} before the tools stumble over it. */
export function requireWritable(root = packageRoot) {
  const path = unwritable(root);
  if (path === null) return;
  const owner = lstatSync(path).uid;
  const { uid, username } = userInfo();
  const mend = owner === uid ? `chmod -R u+rwX ${shellWord(root)}` : `sudo chown -R ${username}: ${shellWord(root)}`;
  const why = owner === uid ? 'is protected against writing' : `belongs to ${userName(owner)}, and you are ${username}`;
  throw new StepFailed(`${path} ${why}. Run this line, then again what you ran:`, { mend, status: 3 });
}

/** @param {string} word */
const shellWord = (word) => (/^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** @param {number} uid */
export function userName(uid, passwd = readFileSync('/etc/passwd', 'utf8')) {
  const row = passwd.split('\n').find((line) => line.split(':')[2] === String(uid));
  return row?.split(':')[0] ?? `user ${uid}`;
}

/** @returns {{ uid: number, gid: number, name: string } | null} whose checkout this is, where root works in another's */
export function ownerBesidesRoot(root = packageRoot) {
  const { uid, gid } = statSync(root);
  return process.getuid?.() === 0 && uid !== 0 ? { uid, gid, name: userName(uid) } : null;
}

/**
 * Does work that makes files in the checkout; what root made in another's is given to the owner then, also where the work failed.
 * @template T @param {() => Promise<T>} work @param {string} root
 */
export async function keepingOwner(work, root = packageRoot) {
  const owner = ownerBesidesRoot(root);
  if (owner === null) return work();
  say(
    `Set up as root in the checkout of ${owner.name}. It needs no sudo, and asks for it where packages are missing; what is made here is given to ${owner.name}.`,
  );
  const give = () => giveTo(owner, root);
  // Also where a signal ends it.
  process.once('exit', give);
  try {
    return await work();
  } finally {
    process.off('exit', give);
    give();
  }
}

/** @param {{ uid: number, gid: number }} owner @param {string} root */
export function giveTo({ uid, gid }, root) {
  for (const name of Object.keys(made))
    for (const path of entriesBelow(join(root, name), Infinity))
      if (lstatSync(path).uid === 0) lchownSync(path, uid, gid);
}
