import type { Size } from './placement.js';

/** A board of text for the headset: pixels of the canvas and metres in front of the viewer. */
export const panelPixels = { width: 1280, height: 216 } as const;
export const panelSize: Size = { width: 1.9, height: 0.32 };
const lineHeight = panelPixels.height / 3;

/** Up to three lines as a picture: the figures, and what is being tuned. Where there is no line there is nothing. */
export class Panel {
  readonly canvas = document.createElement('canvas');
  #text: string | null = null;

  constructor() {
    Object.assign(this.canvas, panelPixels);
    this.write('');
  }

  /** Returns whether the text was new. */
  write(text: string): boolean {
    if (text === this.#text) return false;
    this.#text = text;
    const context = this.canvas.getContext('2d')!;
    context.clearRect(0, 0, panelPixels.width, panelPixels.height);
    for (const [i, line] of text.split('\n').entries()) if (line !== '') write(context, line, i);
    return true;
  }
}

function write(context: CanvasRenderingContext2D, line: string, row: number): void {
  const { width } = panelPixels;
  const middle = (row + 0.5) * lineHeight;
  context.font = `${row === 0 ? '44px' : '38px'} system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const ground = Math.min(width, context.measureText(line).width + 64);
  context.fillStyle = '#101418';
  context.beginPath();
  context.roundRect((width - ground) / 2, middle - lineHeight / 2 + 2, ground, lineHeight - 4, 20);
  context.fill();
  context.fillStyle = row === 1 ? '#ffffff' : '#c3ccd3';
  context.fillText(line, width / 2, middle + 2, width - 40);
}
