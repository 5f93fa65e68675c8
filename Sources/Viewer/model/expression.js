/**
 * On how many characters of a name an expression may be tried. Browsers try one way of matching after the other; the
 * ways are at most a product over the expression's repetitions and choices, which is bounded here to what takes a
 * moment. Repetitions of a group that itself repeats or chooses have no such bound: refused, by a RangeError.
 *
 * @param {string} source
 */
export function searchedLength(source) {
  /** @param {string} why */
  const refuse = (why) => {
    throw new RangeError("Not searched, since it could take for ever: " + why);
  };
  const groups = [{ varies: false, branches: 1 }];
  let open = 0, choices = 1;
  /**
   * What a quantifier would repeat, when it is a group.
   *
   * @type {{ varies: boolean, branches: number } | null}
   */
  let atom = null;
  for (let place = 0; place < source.length; place++) {
    const top = groups[groups.length - 1];
    const rest = source.slice(place);
    const quantifier = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(rest);
    if (quantifier) {
      if (atom && atom.varies) refuse("a repeated group holds repetitions or choices");
      const [text, least, comma, most] = quantifier;
      const spread = least === undefined ? (text[0] === "?" ? 1 : Infinity)
        : comma === "" ? 0 : most === "" ? Infinity : Number(most) - Number(least);
      if (spread > 16) open++; else choices *= spread + 1;
      if (spread > 0) top.varies = true;
      place += text.length - 1;
      atom = null;
    } else if (rest[0] === "\\") {
      if (/^\\[1-9k]/.test(rest)) open++;
      place++;
      atom = null;
    } else if (rest[0] === "[") {
      place += (/^\[(?:\\.|[^\]\\])*/.exec(rest) ?? [""])[0].length;
      atom = null;
    } else if (rest[0] === "(") {
      groups.push({ varies: false, branches: 1 });
      if (rest[1] === "?") place++;
      atom = null;
    } else if (rest[0] === ")" && groups.length > 1) {
      groups.pop();
      choices *= top.branches;
      top.varies ||= top.branches > 1;
      groups[groups.length - 1].varies ||= top.varies;
      atom = top;
    } else {
      if (rest[0] === "|") top.branches++;
      atom = null;
    }
  }
  let ways = 1e8 / choices;
  for (let factor = 2; factor <= open + 1; factor++) ways *= factor;
  const length = Math.floor(Math.pow(ways, 1 / (open + 1)));
  if (length < 200) refuse(open > 0 ? "too many repetitions" : "too many choices");
  return length;
}
