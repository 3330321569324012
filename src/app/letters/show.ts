import { headerText } from '../../pipeline/header-entries.js';
import type { HeaderValue } from '../../pipeline/ports.js';
import type { Letter } from '../../pipeline/letter.js';
import { headersBefore } from '../../pipeline/letter-headers.js';
import { SERVICE_DECIDES, type WayBack } from '../../pipeline/redrive.js';
import { exactText, keyText, printable, printableLines, sourceText, timeText } from './words.js';

/** So much of a value, and of a header, is shown; bytes. */
const SHOWN_VALUE = 16_384;
const SHOWN_HEADER = 512;

/** Everything about one dead letter, its value included. */
export function renderLetter(letter: Letter, wayBack: WayBack): string {
  const { place, source, timestamp, key, reason, message, redriven, headers, value } = letter;
  const number = headerText(headers, 'cx_seq');
  return `${[
    `Dead letter ${place}`,
    `  stood at    ${printable(sourceText(source))}, record of ${timeText(timestamp)}`,
    `  key         ${keyText(key)}`,
    `  reason      ${reason}`,
    `  message     ${printable(message)}`,
    ...(number === null ? [] : [`  cx_seq      ${printable(number)}`]),
    ...(redriven === null ? [] : [`  sent back   before, from dead letter ${redriven}, and refused again`]),
    `  now         ${nowText(wayBack, letter)}`,
    '  headers',
    ...[...headersBefore(headers)].flatMap(([name, values]) => values.map((content) => `    ${printable(name)}: ${contentText(content)}`)),
    ...valueLines(value),
  ].join('\n')}\n`;
}

function nowText(wayBack: WayBack, { reason }: Letter): string {
  if (wayBack.kind === 'stays') return `would be refused again, ${wayBack.reason}: ${printable(wayBack.message)}`;
  const decides = SERVICE_DECIDES[reason];
  const { topic, partition } = wayBack.record;
  return `could be sent back to ${topic}/${partition}${decides === undefined ? '' : `; ${decides}`}`;
}

const contentText = (content: HeaderValue): string => {
  if (content === null) return '(no value)';
  const bytes = Buffer.from(content);
  const text = exactText(bytes);
  if (text === null) return `(${bytes.length} bytes) ${bytes.subarray(0, SHOWN_HEADER).toString('hex')}`;
  return text.length > SHOWN_HEADER ? `${printable(text.slice(0, SHOWN_HEADER))}… (${bytes.length} bytes)` : printable(text);
};

function valueLines(value: Buffer | null): string[] {
  if (value === null) return ['  value       none (a tombstone)'];
  const more = value.length > SHOWN_VALUE ? [`  (${value.length - SHOWN_VALUE} bytes more: --raw writes all of it)`] : [];
  const text = exactText(value);
  if (text === null) return [`  value       ${value.length} bytes, not UTF-8`, ...hexDump(value.subarray(0, SHOWN_VALUE)), ...more];
  return [`  value       ${value.length} bytes of text`, printableLines(text.slice(0, SHOWN_VALUE)), ...more];
}

const PER_LINE = 16;

/** `00000010  7b 22 …  |{"…|` */
export function hexDump(bytes: Buffer): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += PER_LINE) {
    const part = bytes.subarray(at, at + PER_LINE);
    const hex = (part.toString('hex').match(/../g) ?? []).join(' ').padEnd(PER_LINE * 3 - 1);
    lines.push(`    ${at.toString(16).padStart(8, '0')}  ${hex}  |${part.toString('latin1').replace(/[^ -~]/g, '.')}|`);
  }
  return lines;
}
