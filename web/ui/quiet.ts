/** Milliseconds without a hand on anything until the bar withdraws. */
const patience = 3500;

/** Marks the page quiet while nobody touches it and `mayRest` allows; any movement or key brings the bar back. */
export function restWhenIdle(mayRest: () => boolean): void {
  let timer = 0;
  const wake = (): void => {
    document.body.classList.remove('quiet');
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      if (mayRest()) document.body.classList.add('quiet');
      else wake();
    }, patience);
  };
  for (const event of ['pointermove', 'pointerdown', 'keydown', 'focusin'] as const)
    document.addEventListener(event, wake, { passive: true });
  wake();
}
