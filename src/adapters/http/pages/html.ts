/** HTML that is safe to send: made by `html` alone, which escapes everything that isn't. */
export interface Html {
  readonly [SAFE]: string;
}
const SAFE = Symbol('safe html');

type Part = Html | string | number | null | readonly Part[];

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export const escape = (text: string): string => text.toWellFormed().replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);

/** Template tag: texts and numbers are escaped, HTML and lists of it go in as they are, null leaves nothing. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { [SAFE]: texts.map((text, index) => (index === 0 ? text : render(parts[index - 1] ?? null) + text)).join('') };
}

export const htmlText = (page: Html): string => page[SAFE];

function render(part: Part): string {
  if (part === null) return '';
  if (typeof part === 'string') return escape(part);
  if (typeof part === 'number') return String(part);
  return isList(part) ? part.map(render).join('') : part[SAFE];
}

const isList = (part: Html | readonly Part[]): part is readonly Part[] => Array.isArray(part);
