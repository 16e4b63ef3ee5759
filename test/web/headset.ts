import type { Page } from 'playwright-core';
import { packagePath } from '../../src/paths.js';
import type { Region } from '../scene/frame-code.js';

declare const IWER: {
  metaQuest3: object;
  XRDevice: new (config: object, options: { stereoEnabled: boolean }) => Device;
};

interface Device {
  installRuntime(options: { forceInstall: boolean; polyfillLayers: boolean }): void;
  controllers: Record<
    'left' | 'right',
    {
      updateAxis(id: 'thumbstick', axis: 'x-axis' | 'y-axis', value: number): void;
      updateButtonValue(id: string, value: number): void;
    }
  >;
}

declare global {
  /** The emulated headset of a page that wears one. */
  var worn: Device;
}

/** Gives pages opened from now on an emulated Quest 3 with both eyes on the screen, left half and right half; `layers`: with media layers. */
export async function wearHeadset(page: Page, layers: boolean): Promise<void> {
  await page.addInitScript({ path: packagePath('node_modules', 'iwer', 'build', 'iwer.min.js') });
  await page.addInitScript((polyfillLayers) => {
    // The emulator puts its own binding, which knows no layers, over the polyfill's: keep the one that does.
    let binding: { prototype: object } | undefined;
    Object.defineProperty(globalThis, 'XRWebGLBinding', {
      configurable: true,
      get: () => binding,
      set: (next: { prototype: object }) => {
        if (!binding || !('createQuadLayer' in binding.prototype)) binding = next;
      },
    });
    const install = (): void => {
      globalThis.worn = new IWER.XRDevice(IWER.metaQuest3, { stereoEnabled: true });
      globalThis.worn.installRuntime({ forceInstall: true, polyfillLayers });
    };
    if (!polyfillLayers) return install();
    // The layers polyfill wants a body, the page's script a headset: between the two lies `interactive`.
    document.addEventListener('readystatechange', () => {
      if (document.readyState === 'interactive') install();
    });
    return undefined;
  }, layers);
}

/** A rectangle on the page, pixels. */
export type Placed = Region;

/**
 * Where on the page a screen straight ahead is seen by each eye of the running session, pixels: `degrees` wide at 2 m and at eye height, projected
 * with the matrices of the headset.
 */
export function screenSeen(page: Page, degrees: number, aspect: number): Promise<{ left: Placed; right: Placed }> {
  return page.evaluate(
    async ([angle, ratio]) => {
      const session = await window.binocle.enterVr();
      const space = await session.requestReferenceSpace('local');
      const views = await new Promise<readonly XRView[]>((resolve) =>
        session.requestAnimationFrame((_, frame) => resolve(frame.getViewerPose(space)!.views)),
      );
      const halfWidth = 2 * Math.tan((angle / 2) * (Math.PI / 180));
      const head = views[0]!.transform.position.y;
      const corner = (view: XRView, side: number, up: number): [number, number] => {
        const point = new DOMPoint(side * halfWidth, head + (up * halfWidth) / ratio, -2);
        const seen = point
          .matrixTransform(new DOMMatrix([...view.transform.inverse.matrix]))
          .matrixTransform(new DOMMatrix([...view.projectionMatrix]));
        return [(seen.x / seen.w + 1) / 2, (1 - seen.y / seen.w) / 2];
      };
      const place = (view: XRView): Region => {
        const [half, offset] = [innerWidth / 2, view.eye === 'right' ? innerWidth / 2 : 0];
        const [[x1, y1], [x2, y2]] = [corner(view, -1, 1), corner(view, 1, -1)];
        return {
          left: offset + x1 * half,
          top: y1 * innerHeight,
          width: (x2 - x1) * half,
          height: (y2 - y1) * innerHeight,
        };
      };
      return {
        left: place(views.find(({ eye }) => eye === 'left')!),
        right: place(views.find(({ eye }) => eye === 'right')!),
      };
    },
    [degrees, aspect] as const,
  );
}
