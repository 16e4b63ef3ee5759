import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stages } from '../../src/protocol/ws.js';
import { Running } from '../harness/binocle.js';
import { launchChromium } from '../harness/chromium.js';
import { valueOf } from '../harness/metrics.js';
import { untilPlaying } from '../harness/page.js';

/** A histogram's count and sum, of the series with these labels. */
async function histogram(running: Running, name: string, labels: string): Promise<{ count: number; sum: number }> {
  const text = await (await fetch(`${running.origin}/metrics`)).text();
  const value = (part: string): number => valueOf(text, `binocle_${name}_${part}{${labels}}`) ?? 0;
  return { count: value('count'), sum: value('sum') };
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; !(await condition());) {
    if (Date.now() > end) assert.fail('it does not come');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

test('the delay of every frame that a page shows, by its stages, and the skew of two tracks are in /metrics', async () => {
  const [running, browser] = [await Running.start(['--set', 'profile.layout=twin']), await launchChromium()];
  try {
    const of = (stage: string): ReturnType<typeof histogram> =>
      histogram(running, 'stage_latency_seconds', `rig="default",stage="${stage}"`);
    assert.deepEqual(await of('total'), { count: 0, sum: 0 });
    const page = await browser.newPage();
    await page.goto(running.ready.url);
    await untilPlaying(page);
    await until(async () => (await of('unattributed')).count > 60);
    const told = (await page.evaluate(() => window.binocle.latency()))!;
    await page.close();
    // What pages told stays when they have left.
    await until(async () =>
      (await fetch(`${running.origin}/api/v1/sessions`)).json().then((all) => (all as []).length === 0),
    );
    const parts = stages.filter((stage) => stage !== 'total');
    const [total, ...each] = await Promise.all(['total', ...parts].map(of));
    const mean = total!.sum / total!.count;
    assert.ok(mean * 1000 > told.p50 / 3 && mean * 1000 < told.p50 * 3, `${mean} s in the mean, p50 ${told.p50} ms`);
    const explained = each.reduce((sum, one) => sum + one.sum / one.count, 0);
    assert.ok(Math.abs(explained - mean) < 0.25 * mean, `stages ${explained} s, total ${mean} s`);
    const skew = await histogram(running, 'stereo_skew_seconds', 'rig="default"');
    assert.ok(skew.count > 30, `${skew.count} pairs`);
  } finally {
    await browser.close();
    assert.deepEqual((await running.stop()).leftBehind, []);
  }
});
