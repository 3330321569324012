/**
 * The UTF-16 unit at an index, which must be within the text. As `text.charCodeAt(index)`, but V8 has half a dozen kinds of text
 * (parsed, cut out, joined, used as a key...): where more than four of them meet at one place, it looks the method up for every
 * letter, which takes three times as long as reading it. Called by itself, there is nothing to look up.
 * Beyond the end it gives NaN, and all code compiled after that is as slow as with the method, so callers look at the length first.
 */
export const codeUnitAt = (text: string, index: number): number => String.prototype.charCodeAt.call(text, index);
