import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { encodersOf, joinedCameras } from '../delay/bare.js';
import { cameraArguments, type Shape } from '../delay/cameras.js';
import { openPlayer } from '../delay/player.js';
import { untilPlayers, type System } from '../delay/system.js';

const ports = { http: 18_088, rtp: 15_004 } as const;
const api = `http://127.0.0.1:${ports.http}/janus`;

/** Whether the package janus is installed. */
export function hasJanus(): boolean {
  return spawnSync('janus', ['--version'], { stdio: 'ignore' }).error === undefined;
}

/** Both eyes side by side, encoded as the program does, by gst-launch-1.0 over RTP into Janus' streaming plugin. */
export function janus(shape: Shape): System {
  return {
    name: 'janus',
    async play(page: Page) {
      const folder = await mkdtemp(join(tmpdir(), 'binocle-janus-'));
      await configure(folder);
      const server = spawn('janus', ['-F', folder, '-C', join(folder, 'janus.jcfg'), '-o', '-e'], { stdio: 'ignore' });
      const [encoder] = await encodersOf(cameraArguments(shape));
      const pay = 'rtph264pay aggregate-mode=zero-latency config-interval=-1 mtu=1200 pt=96';
      const line = `${joinedCameras(shape, encoder!)} ! ${pay} ! udpsink host=127.0.0.1 port=${ports.rtp} sync=false async=false`;
      const cameras = spawn('gst-launch-1.0', ['-q', ...line.split(/\s+/)], { stdio: ['ignore', 'ignore', 'inherit'] });
      const stop = async (): Promise<void> => {
        for (const child of [cameras, server]) await end(child);
        await rm(folder, { recursive: true, force: true });
      };
      try {
        const handle = await attach();
        const player = await openPlayer(page, (message) => void ask(handle, toJanus(message)));
        const offer = await watch(handle);
        await player.take({ offer });
      } catch (error) {
        await stop();
        throw error;
      }
      return { processes: { janus: server.pid!, cameras: cameras.pid! }, opened: untilPlayers(page, 1), stop };
    },
  };
}

async function configure(folder: string): Promise<void> {
  const files = {
    'janus.jcfg': `general: { configs_folder = "${folder}"; debug_level = 2; admin_secret = "none" }
      media: { rtp_port_range = "20000-20200" }
      plugins: { disable = "libjanus_audiobridge.so,libjanus_echotest.so,libjanus_lua.so,libjanus_duktape.so,libjanus_nosip.so,libjanus_recordplay.so,libjanus_sip.so,libjanus_textroom.so,libjanus_videocall.so,libjanus_videoroom.so,libjanus_voicemail.so" }
      transports: { disable = "libjanus_websockets.so,libjanus_pfunix.so,libjanus_rabbitmq.so,libjanus_rabbitmqevh.so,libjanus_mqtt.so,libjanus_nanomsg.so" }`,
    'janus.transport.http.jcfg': `general: { json = "compact"; base_path = "/janus"; http = true; port = ${ports.http}; ip = "127.0.0.1"; https = false }
      admin: { admin_http = false; admin_https = false }`,
    'janus.plugin.streaming.jcfg': `eyes: { type = "rtp"; id = 1; media = ( { type = "video"; mid = "v"; label = "eyes"; port = ${ports.rtp}; pt = 96; codec = "h264"; fmtp = "profile-level-id=42e01f;packetization-mode=1" } ) }`,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), `${text}\n`);
}

interface Reply {
  janus: string;
  data?: { id: number };
  jsep?: { sdp: string };
}

/** A session and in it a handle of the streaming plugin; waits until Janus listens. */
async function attach(): Promise<{ session: string; handle: string }> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const { data } = await post(api, { janus: 'create' });
      const session = `${api}/${data!.id}`;
      const { data: plugin } = await post(session, { janus: 'attach', plugin: 'janus.plugin.streaming' });
      return { session, handle: `${session}/${plugin!.id}` };
    } catch (error) {
      if (attempt > 50) throw error;
      await pause(100);
    }
  }
}

/** Asks for the stream, and waits on the long poll for the offer. */
async function watch({ session, handle }: { session: string; handle: string }): Promise<string> {
  await post(handle, { janus: 'message', body: { request: 'watch', id: 1 } });
  for (;;) {
    const event = (await (await fetch(session)).json()) as Reply;
    if (event.jsep) return event.jsep.sdp;
  }
}

function toJanus(message: { answer: string } | { candidate: object }): object {
  return 'answer' in message
    ? { janus: 'message', body: { request: 'start' }, jsep: { type: 'answer', sdp: message.answer } }
    : { janus: 'trickle', candidate: message.candidate };
}

function ask({ handle }: { handle: string }, message: object): Promise<Reply> {
  return post(handle, message);
}

async function post(url: string, message: object): Promise<Reply> {
  const transaction = Math.random().toString(36).slice(2);
  const reply = await fetch(url, { method: 'POST', body: JSON.stringify({ ...message, transaction }) });
  const said = (await reply.json()) as Reply;
  if (said.janus === 'error') throw new Error(`Janus refuses: ${JSON.stringify(said)}`);
  return said;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
