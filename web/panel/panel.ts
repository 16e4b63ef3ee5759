import type { Profile } from '../../src/protocol/configuration.js';
import type { Eye } from '../../src/protocol/ws.js';
import type { Control } from '../settings/controls.js';
import { cameraOf } from '../settings/camera-of.js';
import { eyeCalibration } from '../settings/lens.js';
import type { Refused } from '../settings/requests.js';
import type { Settings } from '../settings/settings.js';
import { bothEyes, lens, oneEye, stream, swap } from '../settings/tables.js';
import { ChoiceRow } from './choice-row.js';
import { Choices } from './choices.js';
import { Closing } from './closing.js';
import { make } from './make.js';
import { NumberRow } from './number-row.js';
import type { Row, RowActions } from './row.js';
import { SwitchRow } from './switch-row.js';
import { Tabs } from './tabs.js';
import { roleWords } from './words.js';

type Whose = 'both' | Eye;
const whose = { both: 'Both eyes', left: 'Left eye', right: 'Right eye' } as const;
const strides = { fine: 'Fine steps', coarse: 'Coarse steps' } as const;

/** The panel beside the picture: every setting that is tuned while one looks. */
export class Panel {
  readonly #element: HTMLElement;
  readonly #settings: Settings;
  readonly #rows: Row[] = [];
  /** For both eyes, and of each camera. */
  readonly #lists: Record<Whose, HTMLElement>;
  readonly #lens: Record<Eye, HTMLElement> = { left: make('div'), right: make('div') };
  readonly #whose: Choices<Whose>;
  readonly #strides: Choices<'fine' | 'coarse'>;
  readonly #role = make('p', { className: 'role' });
  readonly #closing: Closing;
  #lensRows: Row[] = [];
  #lensShape = '';
  #seen: Whose = 'both';
  #coarse = false;
  #last: Row | null = null;
  #stale = false;

  /** `guides`: the page of what is laid over the picture. */
  constructor(element: HTMLElement, settings: Settings, guides: Node, close: () => void) {
    this.#element = element;
    this.#settings = settings;
    this.#whose = new Choices('Which eye', whose, (name) => this.#showEye(name));
    this.#strides = new Choices('Size of a step', strides, (name) => this.#stride(name === 'coarse'));
    this.#lists = {
      both: this.#list([swap, ...bothEyes]),
      left: this.#list(oneEye('left')),
      right: this.#list(oneEye('right')),
    };
    this.#closing = new Closing(settings);
    const noLens = make('p', {
      className: 'note only',
      textContent: 'No calibration: calibration.model is none. The lens can be tuned once there is one.',
    });
    const tabs = new Tabs('Settings', {
      align: { label: 'Align', content: [this.#whose.element, ...Object.values(this.#lists)] },
      lens: {
        label: 'Lens',
        content: [
          make('h3', { textContent: 'Left camera' }),
          this.#lens.left,
          make('h3', { textContent: 'Right camera' }),
          this.#lens.right,
          noLens,
        ],
      },
      stream: { label: 'Stream', content: [this.#list(stream)] },
      guides: { label: 'Guides', content: [guides] },
    });
    const shut = make('button', {
      type: 'button',
      className: 'plain close',
      textContent: '×',
      title: 'Close (P)',
      aria: { label: 'Close' },
    });
    shut.addEventListener('click', close);
    element.append(
      make('header', {}, make('h2', { textContent: 'Adjust' }), this.#strides.element, shut),
      tabs.list,
      this.#role,
      tabs.pages,
      this.#closing.element,
    );
    settings.on('changed', () => this.#refresh());
    settings.on('refused', (reason) => this.#showFault(reason));
    this.#showEye('both');
    this.#stride(false);
    this.#refresh();
  }

  get open(): boolean {
    return !this.#element.hidden;
  }

  set open(open: boolean) {
    this.#element.hidden = !open;
    if (open) this.#refresh();
  }

  #list(controls: readonly Control[]): HTMLElement {
    const rows = controls.map((control) => this.#row(control));
    this.#rows.push(...rows);
    return make('div', { className: 'rows' }, ...rows.map((row) => row.element));
  }

  #row(control: Control): Row {
    const actions: RowActions = {
      change: (patch, gesture) => {
        this.#last = row;
        this.#settings.change(patch as Record<string, unknown>, gesture);
      },
      profile: () => (this.#settings.open ? this.#settings.shown : null),
      coarse: () => this.#coarse,
    };
    const row = rowOf(control, actions);
    return row;
  }

  /** Of one eye what belongs to the camera that it sees. */
  #showEye(name: Whose): void {
    this.#seen = name;
    this.#whose.show(name);
    const { shown } = this.#settings;
    const listed = name === 'both' || !shown ? name : cameraOf(name, shown);
    for (const [whom, list] of Object.entries(this.#lists)) list.hidden = whom !== listed;
  }

  #stride(coarse: boolean): void {
    this.#coarse = coarse;
    this.#strides.show(coarse ? 'coarse' : 'fine');
  }

  /** With the next frame, however much changed until then; a panel that is closed waits. */
  #refresh(): void {
    if (this.#stale || !this.open) return;
    this.#stale = true;
    requestAnimationFrame(() => {
      this.#stale = false;
      this.#show();
    });
  }

  #show(): void {
    const { shown, first, unsaved, open, role } = this.#settings;
    this.#role.textContent = roleWords(role, this.#settings.connected);
    this.#role.hidden = open;
    this.#closing.show();
    if (!shown || !first) return;
    this.#makeLens(shown);
    this.#showEye(this.#seen);
    for (const row of [...this.#rows, ...this.#lensRows]) row.show({ profile: shown, first, unsaved, open });
  }

  /** The rows of the lens follow the calibration: its model and how many coefficients it has. */
  #makeLens(profile: Profile): void {
    const eyes = ['left', 'right'] as const;
    const shape = JSON.stringify([
      profile.calibration.model,
      eyes.map((eye) => eyeCalibration(profile, eye)?.D.length),
    ]);
    if (shape === this.#lensShape) return;
    this.#lensShape = shape;
    this.#lensRows = eyes.flatMap((eye) => {
      const rows = lens(eye, profile).map((control) => this.#row(control));
      this.#lens[eye].replaceChildren(...rows.map((row) => row.element));
      return rows;
    });
    this.#element.classList.toggle('no-lens', this.#lensRows.length === 0);
  }

  /** At the control that was moved, or else at every control that it is about; what is nowhere to be seen is said at the bottom. */
  #showFault(reason: Refused): void {
    const about = [...this.#rows, ...this.#lensRows].filter((row) => row.concerns(reason.paths));
    const rows = this.#last && about.includes(this.#last) ? [this.#last] : about;
    for (const row of rows) row.showFault(reason.message);
    if (!rows.some(({ element }) => element.offsetParent)) this.#closing.say(reason.message, true);
  }
}

function rowOf(control: Control, actions: RowActions): Row {
  switch (control.kind) {
    case 'number':
      return new NumberRow(control, actions);
    case 'choice':
      return new ChoiceRow(control, actions);
    case 'switch':
      return new SwitchRow(control, actions);
  }
}
