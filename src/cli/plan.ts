import { holderOf } from '../pipeline/camera-holders.js';
import { cameraWords } from '../pipeline/choose-cameras.js';
import type { Machine } from '../pipeline/machine.js';
import type { Choice, Plan } from '../pipeline/plan.js';
import type { Command } from './command.js';
import { leftOutLines } from './left-out.js';
import { slowly } from './slowly.js';

export const command: Command = {
  name: 'plan',
  summary: 'say what was probed, chosen and rejected, and why',
  help: 'Nothing is started. Delays are of each stage alone, and estimates unless they say that they were measured.',
  async run({ json, select, print }) {
    const { profile } = await select();
    const { planHere } = await import('../engine/plan-here.js');
    const { plan, machine } = await slowly(planHere(profile, (message) => process.stderr.write(`${message}\n`)));
    print(
      json ? JSON.stringify({ machine: { ...machine, elements: [...machine.elements] }, plan }) : report(plan, machine),
    );
    return 0;
  },
};

/** The plan for people. */
export function report(plan: Plan, machine: Machine): string {
  const { width, height, fps } = plan.capture;
  const outputs = plan.outputs.map(
    (output) => `${output.content} ${output.width}x${output.height}, ${(output.bitrateKbps / 1000).toFixed(1)} Mbit/s`,
  );
  const sections = [
    section('Machine', aboutMachine(machine)),
    section('Not taken for cameras', leftOutLines(machine.leftOut ?? [])),
    section('Picture', [
      `${width}x${height} at ${fps} frames a second for each eye`,
      `${plan.codec}: ${outputs.join('; ')}`,
    ]),
    section('Choices', plan.choices.flatMap(aboutChoice)),
    section(
      'Left out',
      plan.omitted.map(({ stage, because }) => `${stage}: ${because}`),
    ),
    section('Notes', plan.notes),
    section('Expected delay', aboutDelay(plan)),
  ];
  return sections.filter((text) => text !== '').join('\n\n');
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [title, ...lines.map((line) => `  ${line}`)].join('\n');
}

function aboutMachine({ model, gstreamer, gl, cameras }: Machine): string[] {
  const graphics = gl.available ? `${gl.renderer}${gl.software ? ' (software)' : ''}` : gl.because;
  const found = cameras.map((camera) => {
    const holder = holderOf(camera);
    return `${cameraWords(camera)} (${camera.api})${holder === null ? '' : `, in use by ${holder}`}`;
  });
  return [
    ...(model === null ? [] : [model]),
    `GStreamer ${gstreamer.join('.')}`,
    `GL: ${graphics}`,
    `cameras: ${found.length === 0 ? 'none found' : found.join(', ')}`,
  ];
}

function aboutChoice({ what, chosen, because, rejected }: Choice): string[] {
  return [
    `${what}: ${chosen}, since ${because}`,
    ...rejected.map((other) => `  not ${other.option}: ${other.because}`),
  ];
}

function aboutDelay({ delay }: Plan): string[] {
  const sum = delay.reduce((total, { ms }) => total + ms, 0);
  const width = Math.max(...delay.map(({ stage }) => stage.length));
  const lines = delay.map(({ stage, ms, basis }) => `${stage.padEnd(width)} ${ms.toFixed(1).padStart(6)} ms  ${basis}`);
  return [
    ...lines,
    `${'sum'.padEnd(width)} ${sum.toFixed(1).padStart(6)} ms  up to the network; transport, decoder and display come on top`,
  ];
}
