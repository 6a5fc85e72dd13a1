// Finding a key that a JSON object has twice: `JSON.parse` keeps the last one without a word.

/** A key that the outermost object of valid JSON text has more than once. */
export function repeatedKey(json: string): string | undefined {
  const seen = new Set<string>();
  let depth = 0;
  for (let i = 0; i < json.length; i++) {
    const character = json[i];
    if (character === '{' || character === '[') {
      depth += 1;
    } else if (character === '}' || character === ']') {
      depth -= 1;
    } else if (character === '"') {
      const end = endOfText(json, i);
      if (depth === 1 && /^\s*:/.test(json.slice(end, end + 8))) {
        const key = JSON.parse(json.slice(i, end)) as string;
        if (seen.has(key)) {
          return key;
        }
        seen.add(key);
      }
      i = end - 1;
    }
  }
  return undefined;
}

/** Position behind the closing quote of the text that opens at `start`. */
function endOfText(json: string, start: number): number {
  let i = start + 1;
  while (i < json.length && json[i] !== '"') {
    i += json[i] === '\\' ? 2 : 1;
  }
  return i + 1;
}
