/** One set-up of a checkout at a time. The lock is a socket with an abstract name (unix(7)): the kernel takes it back when its owner ends, however it ends. */
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { packageRoot } from './places.mjs';
import { say } from './step.mjs';

// By the folder itself: its path may be another checkout's in another root that shares the network.
const { dev, ino } = statSync(packageRoot);
const name = `\0binocle-setup-${dev.toString(16)}-${ino.toString(16)}`;

/** @template T @param {() => Promise<T>} work @returns {Promise<T>} */
export async function oneAtATime(work) {
  const waiting = new Set();
  const lock = createServer((socket) => {
    waiting.add(socket.on('error', () => socket.destroy()).on('close', () => waiting.delete(socket)));
  });
  for (let told = false; !(await listens(lock)); told = true) {
    if (!told) say('Another set-up of this checkout is running; waiting for it …');
    await itsEnd();
  }
  lock.unref();
  try {
    return await work();
  } finally {
    lock.close();
    for (const socket of waiting) socket.destroy();
  }
}

/** @param {import('node:net').Server} lock @returns {Promise<boolean>} */
async function listens(lock) {
  try {
    lock.listen(name);
    await once(lock, 'listening');
    return true;
  } catch (error) {
    if (error.code === 'EADDRINUSE') return false;
    throw error;
  }
}

/** Resolves when whoever has the lock gives it back or dies; also when it is gone by now, which is an error to connect and no more than that. */
function itsEnd() {
  return new Promise((resolve) => {
    const socket = connect(name);
    socket.on('error', () => {}).on('close', resolve);
    socket.resume();
  });
}
