import stringWidth from 'string-width';

const segmenter = new Intl.Segmenter();

/** Names and comments are other people's text: no control character of theirs reaches the terminal. */
export function plain(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ');
}

/** Exactly `size` cells: padded, or cut with an ellipsis. */
export function fit(text: string, size: number): string {
  let cut = text;
  if (stringWidth(text) > size) {
    cut = '';
    for (const { segment } of segmenter.segment(text)) {
      if (stringWidth(cut + segment) > size - 1) break;
      cut += segment;
    }
    cut += '…';
  }
  return padded(cut, size);
}

/** At least `size` cells. */
export function padded(text: string, size: number): string {
  return text + ' '.repeat(Math.max(0, size - stringWidth(text)));
}

/** Lines of at most `size` cells, broken between words, and within a word only where it is longer than a line. */
export function wrapped(text: string, size: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=\s)|(?<=[\u3000-\u303f\uff00-\uffef])/u)) {
    if (stringWidth((line + word).trimEnd()) <= size) line += word;
    else {
      if (line !== '') lines.push(line.trimEnd());
      line = '';
      for (const { segment } of segmenter.segment(word)) {
        if (stringWidth(line + segment) > size) {
          lines.push(line);
          line = '';
        }
        line += segment;
      }
    }
  }
  return [...lines, line.trimEnd()];
}
