/** An element with properties, `data-` and ARIA attributes, and what is in it. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  { data = {}, aria = {}, ...properties }: Properties<HTMLElementTagNameMap[Tag]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  Object.assign(element, properties);
  for (const [name, value] of Object.entries(data)) element.dataset[name] = value;
  for (const [name, value] of Object.entries(aria))
    element.setAttribute(name === 'role' ? 'role' : `aria-${name}`, value);
  element.append(...children);
  return element;
}

type Properties<E> = Partial<Omit<E, 'style' | 'dataset'>> & {
  data?: Record<string, string>;
  aria?: Record<string, string>;
};
