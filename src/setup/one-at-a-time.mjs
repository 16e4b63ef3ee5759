/** One set-up of a checkout at a time, or one of another thing. The lock is a socket with an abstract name (unix(7)): the kernel takes it back when its owner ends, however it ends. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { packageRoot } from './places.mjs';
import { say } from './step.mjs';

/** A folder by itself: its path may be another checkout's in another root that shares the network. */
function identity(/** @type {string} */ folder) {
  const { dev, ino } = statSync(folder);
  return `${dev}:${ino}`;
}

/** @template T @param {() => Promise<T>} work @param {{ thing?: string, said?: string }} of `said`: what is running when one has to wait @returns {Promise<T>} */
export async function oneAtATime(
  work,
  { thing = identity(packageRoot), said = 'Another set-up of this checkout' } = {},
) {
  const name = `\0binocle-setup-${createHash('sha256').update(thing).digest('hex').slice(0, 16)}`;
  const waiting = new Set();
  const lock = createServer((socket) => {
    waiting.add(socket.on('error', () => socket.destroy()).on('close', () => waiting.delete(socket)));
  });
  for (let told = false; !(await listens(lock, name)); told = true) {
    if (!told) say(`${said} is running; waiting for it …`);
    await itsEnd(name);
  }
  lock.unref();
  try {
    return await work();
  } finally {
    lock.close();
    for (const socket of waiting) socket.destroy();
  }
}

/** @param {import('node:net').Server} lock @param {string} name @returns {Promise<boolean>} */
async function listens(lock, name) {
  try {
    lock.listen(name);
    await once(lock, 'listening');
    return true;
  } catch (error) {
    if (error.code === 'EADDRINUSE') return false;
    throw error;
  }
}

/** Resolves when whoever has the lock gives it back or dies; also when it is gone by now, which is an error to connect and no more than that. @param {string} name */
function itsEnd(name) {
  return new Promise((resolve) => {
    const socket = connect(name);
    socket.on('error', () => {}).on('close', resolve);
    socket.resume();
  });
}
