import { make } from '../panel/make.js';
import { Choices } from '../panel/choices.js';
import type { Settings } from '../settings/settings.js';
import { guides, type GuideName } from './guides.js';
import { levelling } from './level.js';
import { densities, type Overlays } from './overlays.js';
import { offsetWords } from './words.js';

let levels = 0;

/** The panel's page of what is laid over the picture: it changes nothing for anybody else, except by “Level”. */
export function guidesPage(overlays: Overlays, settings: Settings): HTMLElement {
  const names = Object.fromEntries(Object.entries(guides).map(([name, { label }]) => [name, label]));
  const choices = new Choices('Guides', names as Record<GuideName, string>, (name) => (overlays.guides = name));
  for (const [name, { title }] of Object.entries(guides))
    choices.element.querySelector<HTMLElement>(`[data-choice=${name}]`)!.title = title;
  const density = make('input', {
    type: 'range',
    id: 'density',
    min: String(densities.least),
    max: String(densities.most),
    step: '1',
  });
  const lines = make('output', { className: 'hint', htmlFor: 'density' } as object);
  density.addEventListener('input', () => (overlays.density = density.valueAsNumber));

  const measure = make('input', { type: 'checkbox', id: 'measure' });
  measure.addEventListener('change', () => (overlays.measuring = measure.checked));
  const reading = make('output', { className: 'reading', aria: { live: 'off', label: 'Vertical offset' } });
  const level = make('button', {
    type: 'button',
    textContent: 'Level',
    title: 'Take the measured offset and roll out, half of it in each eye',
    data: { part: 'level' },
  });
  level.addEventListener('click', () => {
    const { shown } = settings;
    if (shown && overlays.offset?.kind === 'measured')
      settings.change(levelling(shown, overlays.offset), `level ${String((levels += 1))}`);
  });

  const showGuides = (): void => {
    choices.show(overlays.guides);
    density.value = String(overlays.density);
    density.disabled = overlays.guides === 'none' || overlays.guides === 'cross';
    lines.textContent = `${String(overlays.density)} lines`;
  };
  const showOffset = (): void => {
    measure.checked = overlays.measuring;
    reading.textContent = overlays.measuring ? offsetWords(overlays.offset) : 'Off';
    level.disabled = !settings.open || overlays.offset?.kind !== 'measured';
  };
  overlays.on('guides', showGuides);
  overlays.on('offset', showOffset);
  settings.on('changed', showOffset);
  showGuides();
  showOffset();
  return make(
    'div',
    { className: 'overlay-page' },
    make('h3', { textContent: 'Lines over the picture' }),
    choices.element,
    make('div', { className: 'row' }, make('label', { htmlFor: 'density', textContent: 'Density' }), lines, density),
    make('h3', { textContent: 'Vertical offset between the eyes' }),
    make('label', { className: 'check', htmlFor: 'measure' }, measure, 'Measure once a second'),
    make('div', { className: 'measured' }, reading, level),
    make('p', {
      className: 'note',
      textContent:
        'What is seen at the same height by both eyes is comfortable: a few pixels up or down tire, near and far do not. Difference and Blink, below the picture, show the rest.',
    }),
  );
}
