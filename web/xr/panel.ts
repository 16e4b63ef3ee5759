import type { Size } from './placement.js';

/** A strip of text for the headset: pixels of the canvas and metres in front of the viewer. */
export const panelPixels = { width: 1024, height: 96 } as const;
export const panelSize: Size = { width: 1.6, height: 0.15 };

/** The figures as a picture; `redrawn` says whether the text was new. */
export class Panel {
  readonly canvas = document.createElement('canvas');
  #text: string | null = null;

  constructor() {
    Object.assign(this.canvas, panelPixels);
    this.write('');
  }

  write(text: string): boolean {
    if (text === this.#text) return false;
    this.#text = text;
    const { width, height } = panelPixels;
    const context = this.canvas.getContext('2d')!;
    context.fillStyle = '#101418';
    context.fillRect(0, 0, width, height);
    context.fillStyle = '#d5dde3';
    context.font = '44px system-ui, sans-serif';
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(text, width / 2, height / 2 + 2, width - 40);
    return true;
  }
}
