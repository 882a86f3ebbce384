/** A few of many things in one sentence: `h1, h2, h3 and 4 more`. */
export function listSome(things: readonly string[], limit = 3): string {
  const rest = things.length - limit;
  const shown = things.slice(0, limit).join(', ');
  return rest > 0 ? `${shown} and ${rest} more` : shown;
}
