import { make } from './make.js';

/** Pages of which one is seen (ARIA Authoring Practices, tabs with automatic activation): arrow keys go from tab to tab. */
export class Tabs {
  readonly list: HTMLElement;
  readonly pages: HTMLElement;
  readonly #tabs: { tab: HTMLButtonElement; page: HTMLElement }[];

  constructor(label: string, pages: Record<string, { label: string; content: Node[] }>) {
    this.#tabs = Object.entries(pages).map(([name, { label: text, content }]) => {
      const tab = make('button', {
        type: 'button',
        id: `tab-${name}`,
        textContent: text,
        data: { tab: name },
        aria: { role: 'tab', controls: `page-${name}` },
      });
      const page = make(
        'div',
        { id: `page-${name}`, className: 'page', aria: { role: 'tabpanel', labelledby: `tab-${name}` } },
        ...content,
      );
      tab.addEventListener('click', () => this.#select(tab));
      return { tab, page };
    });
    const tabs = this.#tabs.map(({ tab }) => tab);
    this.list = make('div', { className: 'tabs', aria: { role: 'tablist', label } }, ...tabs);
    this.list.addEventListener('keydown', ({ key }) => {
      const way = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
      const at = tabs.findIndex((tab) => tab === document.activeElement);
      if (way === 0 || at < 0) return;
      const next = tabs[(at + way + tabs.length) % tabs.length]!;
      this.#select(next);
      next.focus();
    });
    this.pages = make('div', { className: 'pages' }, ...this.#tabs.map(({ page }) => page));
    this.#select(tabs[0]!);
  }

  #select(chosen: HTMLButtonElement): void {
    for (const { tab, page } of this.#tabs) {
      tab.ariaSelected = String(tab === chosen);
      tab.tabIndex = tab === chosen ? 0 : -1;
      page.hidden = tab !== chosen;
    }
    this.pages?.scrollTo(0, 0);
  }
}
